import type { Evidence, Spending } from "../../contract/evidence.ts";

/**
 * Tokens and money as columns hold them: whole numbers, so that adding and taking a checksum give the
 * same everywhere. Money is in nano-dollars: a token of the cheapest model costs more than ten.
 */
export interface Spent {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** `null` when nobody counted. */
  readonly model_calls: number | null;
  readonly cost_nano_usd: number;
  /** 1 when a part of the tokens is unknown. */
  readonly usage_unknown: number;
  /** 1 when a part of the money is unknown. */
  readonly cost_unknown: number;
}

const NANO = 1e9;

/** The names of {@link Spent}, in the order of the columns. */
export const SPENT_COLUMNS: readonly (keyof Spent)[] = [
  "input_tokens",
  "output_tokens",
  "model_calls",
  "cost_nano_usd",
  "usage_unknown",
  "cost_unknown",
];

export const SPENT_NOTHING: Spent = {
  input_tokens: 0,
  output_tokens: 0,
  model_calls: null,
  cost_nano_usd: 0,
  usage_unknown: 0,
  cost_unknown: 0,
};

/** What an attempt or a task spent, as columns. */
export function spentOf(part: Spending | Pick<Evidence, "usage" | "costUsd">): Spent {
  const known = "knownUsage" in part ? part.knownUsage : part.usage;
  const cost = "knownCostUsd" in part ? part.knownCostUsd : part.costUsd;
  const usage = known === "unknown" ? { inputTokens: 0, outputTokens: 0 } : known;
  return {
    input_tokens: whole(usage.inputTokens),
    output_tokens: whole(usage.outputTokens),
    model_calls: usage.modelCalls === undefined ? null : whole(usage.modelCalls),
    cost_nano_usd: cost === "unknown" ? 0 : whole(cost * NANO),
    usage_unknown: part.usage === "unknown" ? 1 : 0,
    cost_unknown: part.costUsd === "unknown" ? 1 : 0,
  };
}

export function addSpent(a: Spent, b: Spent): Spent {
  const counted = a.model_calls !== null || b.model_calls !== null;
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    model_calls: counted ? (a.model_calls ?? 0) + (b.model_calls ?? 0) : null,
    cost_nano_usd: a.cost_nano_usd + b.cost_nano_usd,
    usage_unknown: a.usage_unknown | b.usage_unknown,
    cost_unknown: a.cost_unknown | b.cost_unknown,
  };
}

export function spendingOf(spent: Spent): Spending {
  const calls = spent.model_calls === null ? {} : { modelCalls: spent.model_calls };
  const knownUsage = {
    inputTokens: spent.input_tokens,
    outputTokens: spent.output_tokens,
    ...calls,
  };
  const knownCostUsd = spent.cost_nano_usd / NANO;
  return {
    usage: spent.usage_unknown === 0 ? knownUsage : "unknown",
    costUsd: spent.cost_unknown === 0 ? knownCostUsd : "unknown",
    knownUsage,
    knownCostUsd,
  };
}

/** A tool may tell anything. */
function whole(value: number): number {
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) ? rounded : 0;
}
