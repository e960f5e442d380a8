import type { RunReport } from "../contract/report.ts";
import type { RunEvent } from "../contract/run-event.ts";
import type { RunStatus } from "../status/run-status.ts";

/** A run that goes on by itself. `await using` stops it when it is left. */
export interface Run extends AsyncDisposable {
  /** Short; sorts by time. The run's branch is `cluster/<id>`. */
  readonly id: string;
  /** The run's branch, as git names it. */
  readonly branch: string;
  /** Where its journal, events and transcripts are; `null` where nothing is kept. */
  readonly folder: string | null;
  /** How many turns are taken at once. */
  readonly workers: number;
  /**
   * Resolves with the report when every task has its outcome, every process has ended and every
   * worktree is gone, whatever the outcomes are. Rejects with a {@link BatchError} RUN_FAILED only
   * when the run itself could not go on.
   */
  readonly finished: Promise<RunReport>;
  /**
   * Hears of everything that happens from now on. The first event comes after the caller of
   * `startRun` had its turn, so that none is missed. Returns the function that ends the subscription.
   */
  subscribe(listener: (event: RunEvent) => void): () => void;
  /** The run at this moment, as plain data: folded from its events. */
  status(): RunStatus;
  /** No turn begins until {@link continue}; those that run end, and land. */
  pause(): void;
  continue(): void;
  /**
   * So many turns at once from now on; never more than there are tasks. Those beyond that run go on to
   * their end.
   * @throws {BatchError} OPTION_INVALID
   */
  scale(workers: number): void;
  /** The first ^C: turns that run end and land, nothing new starts; what waits is cancelled. */
  drain(): void;
  /** The second ^C: turns are aborted too. What was landed stays on the run's branch. */
  stop(): void;
}
