import type { AttemptRecord, JournalEntry, RunTally } from "./journal.ts";
import type { RunMark, RunRecord } from "./run-record.ts";
import type { JournalDamage } from "./run-store.ts";

/** The process that is at work on a run. */
export interface RunOwner {
  readonly pid: number;
}

/**
 * A run to look at, also while another process works on it: each question is answered with what the
 * journal has at that moment. Disposing of it closes the journal.
 */
export interface RunReader extends Disposable {
  readonly record: RunRecord;
  /** Its folder, absolute: journal, events, transcripts, report. */
  readonly folder: string;
  /** Who is at work on it now; `null` when nobody is, or whoever was has died. */
  readonly owner: RunOwner | null;
  /** How many tasks there are, those that were withdrawn aside. */
  readonly size: number;
  /** What happened to it as a whole, with the time in milliseconds since the epoch, oldest first. */
  marks(): readonly (RunMark & { readonly at: number })[];
  /** The tasks that have ended by outcome, and what was spent. */
  tally(): RunTally;
  /** Every task, in the order of the plan, read as they are taken. */
  entries(): Iterable<JournalEntry>;
  /** The attempts at one task, oldest first. @throws {BatchError} JOURNAL_UNKNOWN_TASK */
  attempts(task: string): readonly AttemptRecord[];
  /** What was found wrong with its journal so far, and was put aside for it, oldest first. */
  damages(): readonly JournalDamage[];
  /** Looks through the whole journal; says what is wrong with it, `null` for nothing. It is left as it is. */
  check(): string | null;
}

/** A run in a list. */
export interface RunSummary {
  readonly run: string;
  readonly folder: string;
  /** What it began with; `null` when its journal cannot be read. */
  readonly record: RunRecord | null;
  /** Who is at work on it now. */
  readonly owner: RunOwner | null;
  /** How many tasks there are, those that were withdrawn aside. */
  readonly size: number;
  readonly tally: RunTally;
  /** How it ended last; `null` when it was never brought to an end, or was gone on with since. */
  readonly end: (RunMark & { readonly type: "run.ended"; readonly at: number }) | null;
  /** Why its journal cannot be read, and what to do. */
  readonly problem: string | null;
}
