import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunOwner } from "../contract/run-reader.ts";
import { BatchError } from "../errors/batch-error.ts";
import { isBusy, isCorruption, storeFailure } from "../journal/sqlite/failures.ts";

/** Somebody who only looks has the lock for microseconds. */
const LOOK_MS = 250;

/** Says that this process is at work on a run, until it lets go of it or dies. */
export interface Ownership {
  release(): void;
}

/**
 * Makes this process the owner of a run: it holds a transaction open on a database of its own, a lock
 * that the system takes back when the process dies, in whatever way.
 * @throws {BatchError} RUN_OWNED, STORE_FAILED
 */
export function own(folder: string): Ownership {
  const path = join(folder, "owner.sqlite");
  let database: DatabaseSync | undefined;
  try {
    database = openOwners(path);
    hold(database, basename(folder));
  } catch (error) {
    database?.close();
    throw ownershipFailure(error, path);
  }
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** Who is at work on a run, if it still lives. */
export function ownerOf(folder: string): RunOwner | null {
  const path = join(folder, "owner.sqlite");
  if (!existsSync(path)) return null;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: LOOK_MS });
    database.exec("BEGIN IMMEDIATE; ROLLBACK");
    return null;
  } catch (error) {
    // Where nothing may be written, no lock tells.
    const pid = database === undefined ? null : writtenPid(database);
    if (pid === null || !isAlive(pid)) return null;
    if (isBusy(error) || !isCorruption(error)) return { pid };
    return null;
  } finally {
    database?.close();
  }
}

function openOwners(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: LOOK_MS });
  // In this mode others can read who holds the lock. What it says is worth nothing after a crash.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  return database;
}

/** Others can read a pid only once it is committed, and a commit ends the lock: it is looked at again. */
function hold(database: DatabaseSync, run: string): void {
  const token = randomUUID();
  for (;;) {
    begin(database, run);
    database.exec(
      "CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY, pid INT, token TEXT)",
    );
    const row = database.prepare("SELECT token FROM owner").get();
    if (row?.token === token) return;
    database
      .prepare("INSERT OR REPLACE INTO owner (one, pid, token) VALUES (1, ?, ?)")
      .run(process.pid, token);
    database.exec("COMMIT");
  }
}

function begin(database: DatabaseSync, run: string): void {
  try {
    database.exec("BEGIN IMMEDIATE");
  } catch (cause) {
    if (!isBusy(cause)) throw cause;
    const pid = writtenPid(database);
    const who = pid === null ? "another process" : `the process ${pid}`;
    throw new BatchError(
      "RUN_OWNED",
      `Run ${run} is being worked on by ${who}. Wait for it, or stop it.`,
      { cause },
    );
  }
}

function writtenPid(database: DatabaseSync): number | null {
  try {
    const row = database.prepare("SELECT pid FROM owner").get();
    return typeof row?.pid === "number" ? row.pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function ownershipFailure(error: unknown, path: string): BatchError {
  if (!isCorruption(error)) return storeFailure(error, "take the lock", path);
  return new BatchError(
    "STORE_FAILED",
    `The lock ${path} was damaged. When no other process is at work on the run, delete the file; ` +
      "it holds nothing else.",
    { cause: error, paths: [path] },
  );
}
