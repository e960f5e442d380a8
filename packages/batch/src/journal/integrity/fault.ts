import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { BatchError } from "../../errors/batch-error.ts";
import { sqliteCode } from "../sqlite/failures.ts";

/** What is wrong with a journal. */
export interface Fault {
  /** The first row that cannot be believed; the one after the last when all rows can. */
  readonly sequence: number;
  readonly message: string;
}

/** PERM, BUSY, LOCKED, NOMEM, IOERR, FULL, CANTOPEN, AUTH: not about what the file holds. */
const OF_THE_SURROUNDINGS = new Set([3, 5, 6, 7, 10, 13, 14, 23]);
const READ_ONLY = 8;
/** The file ended where SQLite had been told that more of it follows. */
const SHORT_READ = 522;

/** Whether an error says that the file at `path` is not what was written, rather than out of reach. */
export function saysDamage(error: unknown, path: string): boolean {
  if (error instanceof BatchError) return error.code === "JOURNAL_DAMAGED";
  const code = sqliteCode(error);
  // What Node cannot represent, or parse, was not written by it.
  if (code === undefined) return isOfLanguage(error);
  if ((error as { readonly errcode: number }).errcode === SHORT_READ) return true;
  // SQLite takes a damaged version number in the header for that of a format it may only read.
  if (code === READ_ONLY) return isWritable(path);
  return !OF_THE_SURROUNDINGS.has(code);
}

function isOfLanguage(error: unknown): boolean {
  return error instanceof RangeError || error instanceof SyntaxError;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
