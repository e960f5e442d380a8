import type { DatabaseSync } from "node:sqlite";
import type { RunReader, RunSummary } from "../contract/run-reader.ts";
import type { RunMark, RunRecord } from "../contract/run-record.ts";
import { BatchError } from "../errors/batch-error.ts";
import { checkJournal } from "../journal/integrity/check-journal.ts";
import { saysDamage } from "../journal/integrity/fault.ts";
import { readWitness } from "../journal/integrity/witness.ts";
import { unknownTask } from "../journal/refusals.ts";
import { openReadOnly } from "../journal/sqlite/database.ts";
import { storeFailure } from "../journal/sqlite/failures.ts";
import { RowReader } from "../journal/sqlite/row-reader.ts";
import { NOTHING_SPENT } from "../report/spending.ts";
import { NO_COUNTS } from "../status/run-status.ts";
import { ownerOf } from "./ownership.ts";
import { journalIn } from "./places.ts";

/**
 * Opens a run's journal to look at it.
 * @throws {BatchError} JOURNAL_DAMAGED, STORE_FAILED
 */
export function readRun(folder: string): RunReader {
  const path = journalIn(folder);
  const guarded = <Answer>(question: () => Answer): Answer => {
    try {
      return question();
    } catch (error) {
      throw storeFailure(error, "read the journal", path);
    }
  };
  const database = guarded(() => openReadOnly(path));
  try {
    const reader = guarded(() => new RowReader(database));
    const record = guarded(() => recordOf(reader.marks(), path));
    return {
      record,
      folder,
      get owner() {
        return ownerOf(folder);
      },
      get size() {
        return guarded(() => reader.size());
      },
      marks: () => guarded(() => reader.marks()),
      tally: () => guarded(() => reader.tally()),
      *entries() {
        try {
          yield* reader.entries("all");
        } catch (error) {
          throw storeFailure(error, "read the journal", path);
        }
      },
      attempts: (task) => guarded(() => reader.attempts(reader.lastOf(task) ?? unknownTask(task))),
      damages: () => guarded(() => reader.damages()),
      check: () => guarded(() => checkReadOnly(database, path)),
      [Symbol.dispose]() {
        if (database.isOpen) database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkReadOnly(database: DatabaseSync, path: string): string | null {
  // The witness first: what is written meanwhile it has not heard of.
  const testimony = readWitness(path);
  database.exec("BEGIN");
  try {
    const found = checkJournal(database, testimony);
    return "message" in found ? found.message : null;
  } catch (error) {
    if (!saysDamage(error, path)) throw error;
    return error instanceof Error ? error.message : String(error);
  } finally {
    database.exec("ROLLBACK");
  }
}

/** What a run began with. @throws {BatchError} JOURNAL_DAMAGED */
export function recordOf(marks: readonly RunMark[], path: string): RunRecord {
  const begun = marks.find((mark) => mark.type === "run.begun");
  if (begun !== undefined) return begun.record;
  throw new BatchError(
    "JOURNAL_DAMAGED",
    `The journal ${path} does not say what its run began with. What has landed is on the branch of ` +
      "the run; start a new run for what is left.",
    { paths: [path] },
  );
}

/** What a run began with; `null` when its journal cannot be read. */
export function recordIn(folder: string): RunRecord | null {
  try {
    using reader = readRun(folder);
    return reader.record;
  } catch {
    return null;
  }
}

/** A run as it is listed, whatever is wrong with it. */
export function summarise(run: string, folder: string): RunSummary {
  const nothing = { run, folder, record: null, size: 0, end: null };
  const tally = { counts: NO_COUNTS, spent: NOTHING_SPENT };
  try {
    using reader = readRun(folder);
    const { record, owner, size } = reader;
    const last = reader.marks().findLast(({ type }) => type !== "run.delivering");
    const end = last?.type === "run.ended" ? last : null;
    return { run, folder, record, owner, size, tally: reader.tally(), end, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...nothing, tally, owner: ownerOf(folder), problem };
  }
}
