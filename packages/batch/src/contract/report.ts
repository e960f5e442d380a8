import type { Delivery } from "@cluster/workspace";
import type { Spending, TaskOutcome, ToolPart } from "./evidence.ts";
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

/** What one tool did of a run. */
export interface ToolReport extends ToolPart {
  /** How the tasks ended whose last attempt was its. */
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  /** Tasks that it had, and that ended with another one. */
  readonly passedOn: number;
}

/** A limit, and what counts against it: attempts of earlier sessions of the run too. */
export interface LimitReport {
  readonly limit: number;
  readonly taken: number;
  /** Of `taken`, what was put down for attempts that did not tell: an upper bound for each. */
  readonly assumed: number;
  /** How many attempts did not tell. */
  readonly untold: number;
}

/** The limits of a run; `null` for those that were not set. */
export interface BudgetReport {
  readonly costUsd: LimitReport | null;
  readonly tokens: LimitReport | null;
  /** Of this session, in milliseconds. */
  readonly timeMs: Pick<LimitReport, "limit" | "taken"> | null;
}

/** The end of a run, as plain data. */
export interface RunReport extends Spending {
  readonly run: string;
  readonly tool: string;
  readonly workers: number;
  /** The commit that the run began on first: all that landed came after it, in earlier sessions too. */
  readonly base: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /**
   * How it ended: all tasks tried, halted by what kept failing, stopped by the user, or with tasks left
   * for want of budget or of quota.
   */
  readonly end: "complete" | "halted" | "interrupted" | "budget" | "quota";
  /** Why it was halted, or what it lacked. */
  readonly haltReason: string | null;
  /** What its limits were, and how much of them was taken; `null` where there were none. */
  readonly budget: BudgetReport | null;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** The same by tool, as far as attempts say whose they are. */
  readonly byTool: readonly ToolReport[];
  readonly tasks: readonly TaskOutcome[];
  /** How many tasks have no outcome yet: whoever goes on with the run goes on with them. */
  readonly open: number;
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
