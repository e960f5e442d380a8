import type { AttemptRecord } from "../contract/journal.ts";
import { takenBy } from "./attempt-cost.ts";
import type { Taken } from "./budget.ts";
import { BOUND_MARGIN } from "./meter.ts";

/** Money in US dollars, and tokens in and out together. */
export interface TakenByRun {
  readonly costUsd: number;
  readonly tokens: number;
}

/** What attempts took together, as a limit counts it: one that did not tell counts as a large one. */
export function takenTogether(attempts: readonly Pick<AttemptRecord, "result">[]): TakenByRun {
  // One that was cut short took nobody knows what.
  const each = attempts.map(({ result }) => (result === null ? UNKNOWN : takenBy(result)));
  return {
    costUsd: withUntold(each.map(({ costUsd }) => costUsd)),
    tokens: withUntold(each.map(({ tokens }) => tokens)),
  };
}

const UNKNOWN: Taken = { costUsd: null, tokens: null };

function withUntold(amounts: readonly (number | null)[]): number {
  const told = amounts.filter((amount) => amount !== null);
  const sum = told.reduce((all, one) => all + one, 0);
  return sum + (amounts.length - told.length) * BOUND_MARGIN * Math.max(0, ...told);
}
