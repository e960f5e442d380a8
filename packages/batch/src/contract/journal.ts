import type { Reason, Spending, TaskOutcome } from "./evidence.ts";
import type { AttemptResult } from "./executor.ts";
import type { Outcome } from "./outcome.ts";
import type { RunMark } from "./run-record.ts";
import type { Task } from "./task.ts";

/** Why a task waits for another attempt; each counts on its own. */
export type Sequel =
  /** Its failure may pass: one of its retries. */
  | "retry"
  /** The provider refused for quota: not a failure. */
  | "quota"
  /** Its tool failed in a way that another one need not: that one takes it. */
  | "fail-over"
  /** The edit did not fit what had landed meanwhile: it is made again on the new tip. */
  | "replay"
  /** The run was left before the attempt was over: not the task's fault. */
  | "left";

/** One transition of a run. A journal has committed it before anybody acts on it. */
export type Transition =
  | { readonly type: "task.planned"; readonly task: Task }
  /** No longer wanted, as when a changed list of inputs no longer names it. */
  | { readonly type: "task.withdrawn"; readonly task: string; readonly reason: string }
  /** It had ended, and is tried again: `cluster retry`. Its tokens go on growing. */
  | { readonly type: "task.reopened"; readonly task: string; readonly reason: string }
  | {
      readonly type: "attempt.opened";
      readonly task: string;
      readonly token: number;
      /** Absent in journals of earlier versions. */
      readonly tool?: string;
    }
  /** Its edit exists as a commit, which may land. What follows is git's to witness. */
  | {
      readonly type: "attempt.committed";
      readonly task: string;
      readonly token: number;
      readonly result: AttemptResult;
    }
  | {
      readonly type: "attempt.failed";
      readonly task: string;
      readonly token: number;
      readonly sequel: Sequel;
      readonly outcome: Outcome;
      readonly reason: Reason | null;
      /** `null` when `attempt.committed` has told it. */
      readonly result: AttemptResult | null;
    }
  | { readonly type: "task.ended"; readonly token: number | null; readonly outcome: TaskOutcome };

/** The transitions that belong to one task that was planned. */
export type TaskTransition = Exclude<
  Transition,
  { readonly type: "task.planned" | "attempt.opened" }
>;

/** An attempt as the journal has it. */
export interface AttemptRecord {
  readonly token: number;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  /** The tool that it was given to; absent where the journal does not say. */
  readonly tool?: string;
  /** What it found; `null` while it is open, or when it was cut short. */
  readonly result: AttemptResult | null;
  /** Its edit was committed, and what became of that is not recorded. */
  readonly committed: boolean;
  /** It landed. Where its task is tried again all the same, neither that nor its edit counts any more. */
  readonly landed?: true;
  readonly sequel: Sequel | null;
  /** How it ended, if another one was to follow. */
  readonly end: { readonly outcome: Outcome; readonly reason: Reason | null } | null;
}

/** Where a task stands in the journal. */
export interface JournalEntry {
  readonly task: Task;
  /** The token of its newest attempt; tokens only grow. 0 before the first. */
  readonly token: number;
  /** `null` while it has none, or was reopened. */
  readonly outcome: TaskOutcome | null;
  readonly withdrawn: boolean;
}

/** The tasks that have ended, summed up. */
export interface RunTally {
  readonly counts: Readonly<Record<Outcome, number>>;
  /** By these tasks, and by the attempts of the others. */
  readonly spent: Spending;
}

/**
 * The run's memory. Each method resolves when the transition would survive what the journal promises
 * to survive: nothing for the one in memory, the death of the process for SQLite.
 */
export interface Journal {
  /** How many tasks there are, those that were withdrawn aside. */
  readonly size: number;
  /** Notes what happens to the run as a whole. */
  mark(mark: RunMark): Promise<void>;
  /** Its marks with their time in milliseconds since the epoch, oldest first. */
  marks(): readonly (RunMark & { readonly at: number })[];
  /** Adds the tasks that it does not know, in their order; those that it knows stay as they are. */
  plan(tasks: readonly Task[]): Promise<void>;
  /**
   * Opens an attempt and returns its token, which fences every older one.
   * @param tool who makes it: of one that is cut short, nothing else is known
   * @throws {BatchError} ATTEMPT_FENCED when the task has ended, JOURNAL_UNKNOWN_TASK
   */
  open(task: string, tool?: string): Promise<number>;
  /** @throws {BatchError} ATTEMPT_FENCED when `token` is not the task's newest, or it has ended. */
  record(transition: TaskTransition): Promise<void>;
  /** Tasks in the order of their plan, without outcome and not withdrawn: what is still to be done. */
  unfinished(): readonly JournalEntry[];
  /** What has been recorded so far, summed up. */
  tally(): RunTally;
  /**
   * What landed `back` landings before the newest that is recorded, as it is on the run's branch; `null`
   * where there were not so many.
   */
  landedBack(back: number): string | null;
  /** The attempts at one task, oldest first. */
  attempts(task: string): readonly AttemptRecord[];
  /** Every task, in the order of the plan, one at a time: there may be a hundred thousand. */
  entries(): Iterable<JournalEntry>;
  close(): Promise<void>;
}
