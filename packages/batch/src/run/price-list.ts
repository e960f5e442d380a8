import type { Price } from "../contract/price.ts";
import type { TaskInput } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";
import type { Provider } from "../schedule/providers.ts";
import type { CompiledOptions } from "./compile-options.ts";

/** What a model costs; `null`: nobody knows. */
export type PriceList = (provider: Provider) => Price | null;

/**
 * What the models of a run cost: as the user says, otherwise as their tool knows. Tools are asked only where
 * money is limited, since it takes its time.
 * @throws {BatchError} PRICE_UNKNOWN when money is limited and a model has no price, and its tool does not tell what a turn cost
 */
export async function priceList(
  tasks: readonly Pick<TaskInput, "tool" | "model">[],
  { prices, maxCostUsd, onQuota, model: own, crew }: CompiledOptions,
): Promise<PriceList> {
  // Several tools choose their models themselves, and have nothing but their own names to be priced by.
  const told = ({ tool, model }: Provider): Price | null =>
    (model === null ? undefined : prices[model]) ?? prices[tool] ?? prices["*"] ?? null;
  if (maxCostUsd === Number.POSITIVE_INFINITY) return told;
  const known = new Map<string, Price>();
  const learn = async (tool: string, model: string | null): Promise<void> => {
    if (known.has(keyOf(tool, model))) return;
    const adapter = crew.find(tool)?.tool;
    const price = told({ tool, model }) ?? (await adapter?.priceOf?.(model)) ?? null;
    if (price === null) {
      if (adapter?.capabilities?.tellsCost === true) return;
      throw unknownPrice(tool, model);
    }
    known.set(keyOf(tool, model), price);
  };
  for (const { tool: wanted, model = own } of tasks) {
    for (const tool of crew.candidates(wanted).names) {
      await learn(tool, model);
      if (typeof onQuota === "object") await learn(tool, onQuota.switchTo);
    }
  }
  return (provider) => known.get(keyOf(provider.tool, provider.model)) ?? told(provider);
}

function keyOf(tool: string, model: string | null): string {
  return JSON.stringify([tool, model]);
}

function unknownPrice(tool: string, model: string | null): BatchError {
  const what = model === null ? `the model that ${tool} chooses itself` : `the model ${model}`;
  return new BatchError(
    "PRICE_UNKNOWN",
    `No price is known for ${what}, so that a limit on cost could not be kept. Say what it costs (prices; on the command line --price ${model ?? tool}=IN,OUT), or limit the tokens instead.`,
  );
}
