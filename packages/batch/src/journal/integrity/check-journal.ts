import type { DatabaseSync } from "node:sqlite";
import type { Tip } from "../sqlite/row.ts";
import { SPENT_COLUMNS } from "../sqlite/spent.ts";
import { checkRows, type RowSums } from "./check-rows.ts";
import type { Fault } from "./fault.ts";
import type { Testimony } from "./witness.ts";

/** Beyond its last row, the journal has nothing that could be wrong. */
export function checkJournal(database: DatabaseSync, testimony: Testimony | null): Tip | Fault {
  const rows = checkRows(database);
  if (!("tip" in rows)) return rows;
  const { tip } = rows;
  const beyond = (message: string): Fault => ({ sequence: tip.sequence + 1, message });
  const missing = missingAtEnd(database, tip, testimony);
  if (missing !== null) return beyond(missing);
  if (!fits(database, rows)) return beyond("where its tasks stand is not what its rows say");
  return unsoundPages(database) ? beyond("its pages contradict each other") : tip;
}

function missingAtEnd(
  database: DatabaseSync,
  tip: Tip,
  testimony: Testimony | null,
): string | null {
  if (testimony === null) return "the file that tells where it ends is missing or damaged";
  const { sequence, checksum } = testimony;
  if (sequence > tip.sequence) return `it ends at row ${tip.sequence}, but had ${sequence}`;
  if (sequence === 0) return null;
  const row = database.prepare("SELECT checksum FROM transitions WHERE sequence = ?").get(sequence);
  return row?.checksum === checksum ? null : `row ${sequence} is not the one that was written last`;
}

/**
 * Whether `tasks` and `marks` are what the rows make them. A row says where its task stands after it, so
 * a task stands where its newest row says; and when the newest rows, added up, are those that no other row
 * goes back to, none of them is an older one.
 */
function fits(database: DatabaseSync, { plans, marks, lasts }: RowSums): boolean {
  const same = ["token", "outcome", "withdrawn", ...SPENT_COLUMNS]
    .map((column) => `newest.${column} IS tasks.${column}`)
    .join(" AND ");
  const found = database
    .prepare(
      `SELECT (SELECT count(*) FROM tasks) AS tasks,
         (SELECT total(last) FROM tasks) AS lasts,
         (SELECT count(*) FROM tasks
          JOIN transitions AS plan ON plan.sequence = tasks.planned
          JOIN transitions AS newest ON newest.sequence = tasks.last
          WHERE plan.type = 'task.planned' AND plan.task = tasks.task
            AND newest.task = tasks.task AND ${same}) AS fitting,
         (SELECT count(*) FROM marks) AS marks,
         (SELECT count(*) FROM marks JOIN transitions USING (sequence) WHERE task IS NULL) AS marked`,
    )
    .get() as Record<string, number>;
  const { tasks, fitting } = found;
  return (
    tasks === plans &&
    fitting === plans &&
    found.lasts === lasts &&
    found.marks === marks &&
    found.marked === marks
  );
}

/**
 * A page that is listed as free is written over sooner or later. A journal only grows, so that there are
 * hardly ever any; where there are, SQLite has to look through all its pages.
 */
function unsoundPages(database: DatabaseSync): boolean {
  const free = database.prepare("PRAGMA freelist_count").get()?.freelist_count;
  if (free === 0) return false;
  const answer = database.prepare("PRAGMA integrity_check(1)").get()?.integrity_check;
  return answer !== "ok";
}
