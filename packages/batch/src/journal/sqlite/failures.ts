import { BatchError } from "../../errors/batch-error.ts";

/** SQLite's own names for what went wrong: https://sqlite.org/rescode.html */
const BUSY = 5;
const READ_ONLY = 8;
const IO = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

const ADVICE: Readonly<Record<string, string>> = {
  [FULL]: "The disk is full. Free some space, and go on with the run: `cluster resume`.",
  ENOSPC: "The disk is full. Free some space, and go on with the run: `cluster resume`.",
  [READ_ONLY]: "It is read-only. Make it and its folder writable for this user.",
  EROFS: "It is on a file system that is read-only. Set CLUSTER_STATE to a folder elsewhere.",
  EACCES:
    "This user may not. Make it writable for this user, or set CLUSTER_STATE to another folder.",
  EPERM:
    "This user may not. Make it writable for this user, or set CLUSTER_STATE to another folder.",
  [CANNOT_OPEN]: "See that its folder exists and is writable for this user.",
  [IO]: "The disk or its file system failed. See that it is mounted, and has no quota that is used up.",
};

/** What SQLite answered, without the details of the case; `undefined` when it was not SQLite. */
export function sqliteCode(error: unknown): number | undefined {
  const errcode = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** Whether another connection has the lock. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === BUSY;
}

/** Whether SQLite could not open the file, or one that it needs beside it. */
export function cannotOpen(error: unknown): boolean {
  return sqliteCode(error) === CANNOT_OPEN;
}

/** Whether SQLite found that the file is not what it wrote. */
export function isCorruption(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CORRUPT || code === NOT_A_DATABASE;
}

/** What to tell the user when a file of the store could not be read or written. */
export function storeFailure(error: unknown, doing: string, path: string): BatchError {
  if (error instanceof BatchError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (isCorruption(error)) {
    return new BatchError(
      "JOURNAL_DAMAGED",
      `Could not ${doing} ${path}: it was damaged (${cause.message}). ` +
        "Go on with the run, `cluster resume`: what can be believed of it is kept.",
      { cause, paths: [path] },
    );
  }
  const name = sqliteCode(error) ?? (error as NodeJS.ErrnoException).code ?? "";
  const advice = ADVICE[name] ?? "See that the folder can be read and written.";
  return new BatchError("STORE_FAILED", `Could not ${doing} ${path}: ${cause.message}. ${advice}`, {
    cause,
    paths: [path],
  });
}
