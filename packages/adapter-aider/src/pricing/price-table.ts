import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Price } from "@cluster/pool";
import json5 from "json5";

/** What is known of models, by their names. */
export type ModelTable = Readonly<Record<string, unknown>>;

/** What litellm ships, with which aider reckons where no metadata file names the model. */
export async function shippedPrices(litellmFolder: string): Promise<ModelTable> {
  const file = join(litellmFolder, "model_prices_and_context_window_backup.json");
  const text = await readFile(file, "utf8").catch(() => "{}");
  return tableOf(() => JSON.parse(text));
}

/** Several metadata files as one: of a model in several, the last counts whole. They may have comments. */
export async function metadata(files: readonly string[]): Promise<ModelTable> {
  const tables: ModelTable[] = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "{}");
    tables.push(tableOf(() => json5.parse(text)));
  }
  return Object.assign({}, ...tables);
}

/** The entry of a model, by its own name or without its provider's before it. */
export function entryOf(model: string, table: ModelTable): object | null {
  const whole = objectOf(table, model);
  if (whole !== null) return whole;
  const slash = model.indexOf("/");
  const bare = slash < 0 ? null : objectOf(table, model.slice(slash + 1));
  const provider = bare === null ? undefined : Reflect.get(bare, "litellm_provider");
  return provider === model.slice(0, slash) ? bare : null;
}

/** `null` where a part of the price is missing: that is not the same as free of charge. */
export function priceIn(entry: object): Price | null {
  const input: unknown = Reflect.get(entry, "input_cost_per_token");
  const output: unknown = Reflect.get(entry, "output_cost_per_token");
  return isCost(input) && isCost(output)
    ? { inputUsdPerMTok: perMillion(input), outputUsdPerMTok: perMillion(output) }
    : null;
}

/** The tables name the price of one token, which no binary fraction is: 3e-7 of them are not 0.3 a million. */
function perMillion(cost: number): number {
  return Number((cost * 1e6).toPrecision(12));
}

function isCost(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function objectOf(table: ModelTable, model: string): object | null {
  const entry = Object.hasOwn(table, model) ? table[model] : null;
  return typeof entry === "object" ? entry : null;
}

function tableOf(parse: () => unknown): ModelTable {
  try {
    const value = parse();
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // aider says what is wrong with it when it starts.
    return {};
  }
}
