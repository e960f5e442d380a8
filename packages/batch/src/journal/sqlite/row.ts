import { crc32 } from "node:zlib";
import { SPENT_COLUMNS, type Spent } from "./spent.ts";

/** A transition as a row. What stands beside `body` is where its task stands after it. */
export interface Row extends Spent {
  /** Counts from 1, without gaps. */
  readonly sequence: number;
  /** Milliseconds since the epoch. For people: the order is that of `sequence`, whatever a clock did. */
  readonly at: number;
  readonly type: string;
  /** `null` for what happened to the run as a whole. */
  readonly task: string | null;
  /** The sequence of the same task's row before; 0 for its first. */
  readonly previous: number;
  readonly token: number;
  readonly outcome: string | null;
  readonly withdrawn: number;
  /** What the transition says beyond that, as JSON. */
  readonly body: string;
}

/** Where the journal ends. */
export interface Tip {
  readonly sequence: number;
  readonly checksum: number;
}

/** The columns that a checksum covers, in its order; `body` is the last for the long ones' sake. */
const COVERED = [
  "sequence",
  "at",
  "type",
  "task",
  "previous",
  "token",
  "outcome",
  "withdrawn",
  ...SPENT_COLUMNS,
  "body",
] as const satisfies readonly (keyof Row)[];

/** In the order in which a row is written. */
export const ROW_COLUMNS: readonly string[] = [...COVERED.slice(0, -1), "checksum", "body"];

const NULLABLE: ReadonlySet<string> = new Set(["task", "outcome", "model_calls"]);

/** What a checksum covers, as an expression of SQL. Written out, since a view may not bind a value. */
export const COVERED_SQL: string = `concat_ws(char(10), ${COVERED.map((column) =>
  NULLABLE.has(column) ? `ifnull(${column}, '')` : column,
).join(", ")}) || char(10)`;

/**
 * The checksum of a row that follows another: CRC-32 of what it says, begun at the one before. It is
 * there to find what a disk did, not a forger, and of all that Node has built in it is the fastest
 * (gigabytes a second). Above all, that of many rows in one is the last row's: a thousand rows, put
 * together by SQLite, are checked by one call.
 */
export function checksumOf(row: Row, before: number): number {
  let text = "";
  for (const column of COVERED) text += `${row[column] ?? ""}\n`;
  return crc32(text, before);
}

/** What is bound to write a row, in the order of {@link ROW_COLUMNS}. */
export function valuesOf(row: Row, checksum: number): (string | number | null)[] {
  const values: (string | number | null)[] = COVERED.map((column) => row[column]);
  values.splice(-1, 0, checksum);
  return values;
}
