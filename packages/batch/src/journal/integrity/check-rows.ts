import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { COVERED_SQL, checksumOf, type Row, type Tip } from "../sqlite/row.ts";
import type { Fault } from "./fault.ts";

/** What the rows are, summed up. */
export interface RowSums {
  readonly tip: Tip;
  /** Rows that plan a task. */
  readonly plans: number;
  /** Rows of the run as a whole. */
  readonly marks: number;
  /** Of all rows of tasks: those sequences that are no row's `previous`, added up. */
  readonly lasts: number;
}

/** So much is put together at once: enough for speed, little enough for the memory. */
const BATCH_BYTES = 250_000;
const FIRST_BATCH = 256;
const LARGEST_BATCH = 4096;

type Batch = readonly [
  rows: number,
  covered: Uint8Array | null,
  plans: number,
  marks: number,
  lasts: number,
  misread: number,
];

/**
 * One bit makes a text a blob of the same bytes, which have the same checksum. In SQLite's order every
 * blob comes after every text.
 */
const MISREAD = ["type", "task", "outcome", "body"]
  .map((column) => `ifnull(${column} >= x'', 0)`)
  .join(" + ");

/**
 * Looks through all rows: that none is missing and each has its checksum. SQLite puts many rows
 * together, and one checksum is taken of them all; they are looked at one by one only where that is wrong.
 */
export function checkRows(database: DatabaseSync): RowSums | Fault {
  const batch = database.prepare(
    `SELECT count(*), CAST(group_concat(${COVERED_SQL}, '') AS BLOB),
       sum(type = 'task.planned'), sum(task IS NULL),
       sum(CASE WHEN task IS NULL THEN 0 ELSE sequence - previous END),
       sum(${MISREAD})
     FROM transitions WHERE sequence BETWEEN ? AND ?`,
  );
  batch.setReturnArrays(true);
  const end = database
    .prepare("SELECT min(sequence) AS first, max(sequence) AS last FROM transitions")
    .get() as { first: number | null; last: number | null };
  const last = end.last ?? 0;
  if (end.first !== 1) return { sequence: 1, message: "its first row is missing" };
  const stored = database.prepare("SELECT checksum FROM transitions WHERE sequence = ?");
  let tip: Tip = { sequence: 0, checksum: 0 };
  let [plans, marks, lasts] = [0, 0, 0];
  for (let rows = FIRST_BATCH; tip.sequence < last; ) {
    const to = Math.min(tip.sequence + rows, last);
    const found = batch.get(tip.sequence + 1, to) as unknown as Batch;
    const covered = found[1] ?? new Uint8Array();
    const checksum = crc32(covered, tip.checksum);
    const whole = found[0] === to - tip.sequence && found[5] === 0;
    if (!whole || stored.get(to)?.checksum !== checksum) return firstFault(database, tip, to);
    tip = { sequence: to, checksum };
    plans += found[2];
    marks += found[3];
    lasts += found[4];
    const each = Math.max(1, covered.length / found[0]);
    rows = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(BATCH_BYTES / each)));
  }
  return { tip, plans, marks, lasts };
}

function firstFault(database: DatabaseSync, after: Tip, to: number): Fault {
  const query = database.prepare("SELECT * FROM transitions WHERE sequence = ?");
  let { checksum } = after;
  for (let sequence = after.sequence + 1; sequence <= to; sequence += 1) {
    const row = query.get(sequence) as unknown as (Row & { checksum: number }) | undefined;
    if (row === undefined) return { sequence, message: `row ${sequence} is missing` };
    checksum = checksumOf(row, checksum);
    if (checksum !== row.checksum) {
      return { sequence, message: `row ${sequence} does not have its checksum` };
    }
  }
  return { sequence: after.sequence + 1, message: "rows do not have their checksum" };
}
