import type { Usage } from "@cluster/manager";
import type { TaskOutcome } from "./evidence.ts";
import type { Outcome } from "./outcome.ts";

/** What became of the run's branch. */
export type Delivery =
  /** The checked-out branch has it. */
  | { readonly kind: "merged"; readonly branch: string; readonly commit: string }
  /** It stays on its own branch; `command` lands it. */
  | {
      readonly kind: "kept";
      readonly branch: string;
      readonly reason: string;
      readonly command: string;
    }
  /** Nothing landed, so there is no branch. */
  | { readonly kind: "nothing" };

/** The end of a run, as plain data. */
export interface RunReport {
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
  readonly usage: Usage | "unknown";
  readonly costUsd: number | "unknown";
  /** Tasks ended per second, from the first lease. */
  readonly tasksPerSecond: number;
  readonly delivery: Delivery;
  /** Nothing failed: every task landed, or changed nothing where that is allowed. */
  readonly ok: boolean;
}
