import type { Price, TaskInput } from "@cluster/batch";
import type { AgentAdapter } from "../tools/tool-entry.ts";

/** The tools and models of tasks. */
export interface PricedTools {
  /** The tool of tasks that name none. */
  readonly adapter: AgentAdapter;
  /** Those that tasks name. */
  readonly tools: Readonly<Record<string, AgentAdapter>>;
  /** The model of tasks that name none; `null`: the tool's own. */
  readonly model: string | null;
  /** As the user told them: by the model's name or the tool's, `*` for all others. */
  readonly prices: Readonly<Record<string, Price>>;
}

/**
 * What the models of tasks cost: as the user says, otherwise as their tool knows. Where a tool does not know,
 * only what the user said is given, so that nobody takes another model's price for its own.
 */
export async function knownPrices(
  tasks: readonly Pick<TaskInput, "tool" | "model">[],
  { adapter, tools, model: own, prices }: PricedTools,
): Promise<Readonly<Record<string, Price>>> {
  const asked = new Map<AgentAdapter, Set<string | null>>();
  for (const { tool, model = own } of tasks) {
    const its = (tool === undefined ? undefined : tools[tool]) ?? adapter;
    asked.set(its, (asked.get(its) ?? new Set()).add(model));
  }
  const known: Record<string, Price> = {};
  for (const [its, models] of asked) {
    for (const model of models) {
      if (((model === null ? undefined : prices[model]) ?? prices["*"]) !== undefined) continue;
      const price = prices[nameOf(its, tools)] ?? (await its.priceOf?.(model).catch(() => null));
      if (price == null) return prices;
      const name = model ?? "*";
      known[name] = dearer(known[name], price);
    }
  }
  return { ...known, ...prices };
}

/** What the user calls a tool. */
function nameOf(adapter: AgentAdapter, tools: PricedTools["tools"]): string {
  return Object.keys(tools).find((name) => tools[name] === adapter) ?? adapter.name;
}

/** Two tools may ask different prices for the same: an estimate is not to be below what comes. */
function dearer(a: Price | undefined, b: Price): Price {
  if (a === undefined) return b;
  return {
    inputUsdPerMTok: Math.max(a.inputUsdPerMTok, b.inputUsdPerMTok),
    outputUsdPerMTok: Math.max(a.outputUsdPerMTok, b.outputUsdPerMTok),
  };
}
