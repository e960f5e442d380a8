import type { Usage } from "@cluster/manager";
import type { TaskOutcome } from "../contract/evidence.ts";
import type { TaskInput } from "../contract/task.ts";

/** What a task took that is over, all its attempts together. */
export interface Sample {
  readonly task: Pick<TaskInput, "prompt" | "files" | "readOnlyFiles">;
  readonly usage: Usage | "unknown";
  readonly costUsd: number | "unknown";
  readonly tookMs: number;
}

/** What is to be learned from tasks that were worked on to their end, such as a canary's, or a journal's entries. */
export function samplesOf(
  ended: Iterable<{ readonly task: Sample["task"]; readonly outcome: TaskOutcome | null }>,
): Sample[] {
  const samples: Sample[] = [];
  for (const { task, outcome } of ended) {
    if (outcome === null || outcome.attempts === 0 || !TELLING.has(outcome.outcome)) continue;
    const { usage, costUsd } = outcome.spent;
    samples.push({ task, usage, costUsd, tookMs: outcome.tookMs });
  }
  return samples;
}

/** A turn that failed half-way says little about those that do not. */
const TELLING: ReadonlySet<TaskOutcome["outcome"]> = new Set([
  "landed",
  "no-change",
  "unproven",
  "verify-failed",
  "conflict",
]);

/** How what was measured compares with what was expected. */
export interface Ratio {
  /** Measured, as a part of expected. */
  readonly mean: number;
  /** So much less or more, as a part of it: twice the standard error of the mean. */
  readonly spread: number;
}

/** Of one task nobody knows how much others differ. */
const SPREAD_OF_ONE = 0.5;
/** Few tasks may be alike by chance, and what comes is never quite like them. */
const LEAST_SPREAD = 0.1;
const MOST_SPREAD = 0.9;

/** Compares pairs; `null` when there is none with an expectation. */
export function ratioOf(
  pairs: readonly { readonly measured: number; readonly expected: number }[],
): Ratio | null {
  const expected = pairs.reduce((sum, pair) => sum + pair.expected, 0);
  if (expected <= 0) return null;
  const mean = pairs.reduce((sum, pair) => sum + pair.measured, 0) / expected;
  const { length } = pairs;
  if (length === 1 || mean === 0) return { mean, spread: SPREAD_OF_ONE };
  const average = expected / length;
  const squares = pairs.reduce((sum, pair) => sum + (pair.measured - mean * pair.expected) ** 2, 0);
  const error = Math.sqrt(squares / (length - 1) / length) / (mean * average);
  return { mean, spread: Math.min(MOST_SPREAD, Math.max(LEAST_SPREAD, 2 * error)) };
}
