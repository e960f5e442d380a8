import type { Delivery } from "@cluster/workspace";
import type { Spending, TaskOutcome } from "./evidence.ts";
import type { Outcome } from "./outcome.ts";

/** Failures that have the same reason. */
export interface FailureCluster {
  readonly outcome: Outcome;
  readonly message: string;
  readonly count: number;
  /** The first few of them. */
  readonly tasks: readonly string[];
}

/** One of the tasks that took the longest. */
export interface SlowTask {
  readonly task: string;
  readonly files: readonly string[];
  readonly outcome: Outcome;
  readonly attempts: number;
  /** From its first instance to its outcome, in milliseconds. */
  readonly tookMs: number;
}

/** The end of a run, as plain data. */
export interface RunReport extends Spending {
  readonly run: string;
  readonly tool: string;
  readonly workers: number;
  readonly base: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** How it ended: all tasks tried, halted by what kept failing, or stopped by the user. */
  readonly end: "complete" | "halted" | "interrupted";
  /** Why it was halted. */
  readonly haltReason: string | null;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly tasks: readonly TaskOutcome[];
  /** What did not land, gathered by reason, most frequent first. */
  readonly failures: readonly FailureCluster[];
  /** The first few that took the longest, the slowest first. */
  readonly slowest: readonly SlowTask[];
  /** Tasks ended per second, from the first lease. */
  readonly tasksPerSecond: number;
  readonly delivery: Delivery;
  /** What the user should know and what stopped nothing, such as a worktree that could not be removed. */
  readonly warnings: readonly string[];
  /** Nothing failed: every task landed, or changed nothing where that is allowed. */
  readonly ok: boolean;
}
