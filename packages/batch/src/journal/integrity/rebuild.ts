import type { JournalDamage } from "../../contract/run-store.ts";
import { BatchError } from "../../errors/batch-error.ts";
import { openDatabase } from "../sqlite/database.ts";
import type { Row } from "../sqlite/row.ts";
import { RowWriter } from "../sqlite/row-writer.ts";
import { migrate } from "../sqlite/schema.ts";
import { believedRows } from "./believed-rows.ts";
import type { Fault } from "./fault.ts";
import { discard, replace, replacementOf } from "./files.ts";
import { type Replayed, replay } from "./replay.ts";
import { createWitness, type Testimony } from "./witness.ts";

/** A journal that is damaged, and what is known of that. */
export interface DamagedJournal {
  readonly path: string;
  readonly fault: Fault;
  readonly testimony: Testimony | null;
  readonly now: () => number;
}

/**
 * Makes a journal again out of what can be believed of a damaged one, which is put aside.
 * @throws {BatchError} JOURNAL_DAMAGED when not even its first row can be; then all stays as it is
 */
export function rebuild(damaged: DamagedJournal): JournalDamage {
  const { path } = damaged;
  const names = replacementOf(path);
  discard(names.draft);
  const draft = openDatabase(names.draft);
  try {
    // What is put aside is not made twice: the new one is on the disk before it takes its place.
    draft.exec("PRAGMA synchronous = FULL");
    migrate(draft, 0);
    const writer = new RowWriter(draft, { sequence: 0, checksum: 0 });
    const replayed = writer.transaction(() => replay(believed(damaged), writer));
    const message = describe(damaged, replayed, names.damaged);
    const damage = { sequence: replayed.firstLost, message, kept: names.damaged };
    draft
      .prepare("INSERT INTO damages (at, sequence, message, kept) VALUES (?, ?, ?, ?)")
      .run(Math.trunc(damaged.now()), damage.sequence, damage.message, damage.kept);
    createWitness(names.draft, { ...writer.tip, tasks: replayed.tasks });
    draft.close();
    replace(path, names);
    return damage;
  } catch (error) {
    if (draft.isOpen) draft.close();
    discard(names.draft);
    throw error;
  }
}

function* believed({ path, fault, testimony }: DamagedJournal): Generator<Row> {
  const rows = believedRows(path, testimony);
  const first = rows.next();
  if (first.done || first.value.sequence !== 1) throw nothingLeft(path, fault);
  yield first.value;
  yield* rows;
}

/** Without its first row nobody knows what the run is. */
export function nothingLeft(path: string, { message }: Fault): BatchError {
  return new BatchError(
    "JOURNAL_DAMAGED",
    `The journal ${path} is damaged (${message}), and what its run began with is among what is lost. ` +
      "What had landed is on the run's branch, and nothing was deleted. Start a new run for what is left.",
    { paths: [path] },
  );
}

function describe(
  { fault, testimony }: DamagedJournal,
  { rows, tasks }: Replayed,
  kept: string,
): string {
  const had = Math.max(testimony?.sequence ?? 0, fault.sequence - 1, rows);
  const lost = had - rows;
  const lostTasks = Math.max(0, (testimony?.tasks ?? 0) - tasks);
  const told =
    lost > 0
      ? `${rows} of its ${had} rows could be believed; what had landed meanwhile is asked of git`
      : `all of its ${rows} rows could be believed`;
  const unplanned =
    lostTasks > 0
      ? ` ${lostTasks} of its ${testimony?.tasks} tasks are not known any more: name the tasks again ` +
        "when you go on with it."
      : "";
  return `The journal was damaged: ${fault.message}. It was made again: ${told}.${unplanned} The damaged one is kept as ${kept}.`;
}
