import { DatabaseSync } from "node:sqlite";

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
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cell_size_check = ON",
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a journal's database to look at it, also while another process writes to it. */
export function openReadOnly(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: BUSY_MS, readOnly: true });
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
