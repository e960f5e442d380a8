import type { Journal, RunTally } from "../contract/journal.ts";
import { TaskState } from "./task-state.ts";

/** A task whose newest attempt left a commit, and nobody knows that it landed. */
export interface CommittedTask {
  readonly state: TaskState;
  readonly commit: string;
}

/** What there is to do. */
export interface PlannedWork {
  /** All tasks of the run, those that have ended among them. */
  readonly total: number;
  readonly open: readonly TaskState[];
  readonly committed: readonly CommittedTask[];
  /** What was done of it before; `null` when it is new. */
  readonly before: RunTally | null;
}

/** Of a run that has just been planned: everything. */
export function newWork(journal: Journal): PlannedWork {
  const open = journal.unfinished().map(({ task }) => new TaskState(task));
  return { total: open.length, open, committed: [], before: null };
}
