import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { cannotOpen } from "./failures.ts";
import { schemaVersion } from "./schema.ts";

/**
 * Twice what SQLite takes by itself: a journal is read through in three quarters of the time, and a
 * transition costs 2 µs more.
 */
export const PAGE_BYTES = 8192;

/** How long a lock of another connection is waited for, as when a reader tidies up, in milliseconds. */
const BUSY_MS = 5_000;

/**
 * Opens a journal's database to write to it. A commit is in the write-ahead log before it returns, and
 * so survives the end of the process; that it survives a loss of power is up to `GroupSync`.
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    database.exec(
      `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
       PRAGMA cell_size_check = ON`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a journal's database to look at it, also while another process writes to it. */
export function openReadOnly(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MS, readOnly: true });
  try {
    schemaVersion(database);
    return database;
  } catch (error) {
    database.close();
    // Even who only reads marks where he is, beside the file. Where that is not possible nobody writes
    // either, and all is in the one file if the log is gone.
    if (!cannotOpen(error) || !existsSync(path) || existsSync(`${path}-wal`)) throw error;
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    return new DatabaseSync(url, { readOnly: true });
  }
}

/** All or nothing. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite has rolled back by itself where it could not go on, as on a full disk.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
