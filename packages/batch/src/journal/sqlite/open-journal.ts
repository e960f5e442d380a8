import { closeSync, constants, openSync } from "node:fs";
import type { Durability } from "../../contract/run-store.ts";
import { Commits } from "./commits.ts";
import { inTransaction, openDatabase } from "./database.ts";
import { storeFailure } from "./failures.ts";
import type { Tip } from "./row.ts";
import { migrate, schemaVersion } from "./schema.ts";
import { SqliteJournal } from "./sqlite-journal.ts";
import { createWitness } from "./witness.ts";

/** How to open a journal. */
export interface JournalOptions {
  /** @default "process" */
  readonly durability?: Durability;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/**
 * Makes the journal of a new run, for this user only.
 * @throws {BatchError} STORE_FAILED, also when there is a file already
 */
export function createJournal(path: string, options: JournalOptions = {}): SqliteJournal {
  try {
    createWitness(path);
    // SQLite gives its other files the permissions of this one.
    const { O_CREAT, O_EXCL, O_RDWR } = constants;
    closeSync(openSync(path, O_CREAT | O_EXCL | O_RDWR, 0o600));
    return journalAt(path, options);
  } catch (error) {
    throw storeFailure(error, "create the journal", path);
  }
}

/** Opens the journal at `path`. */
export function openJournal(path: string, options: JournalOptions = {}): SqliteJournal {
  try {
    return journalAt(path, options);
  } catch (error) {
    throw storeFailure(error, "open the journal", path);
  }
}

function journalAt(path: string, options: JournalOptions): SqliteJournal {
  const { durability = "process", now = Date.now } = options;
  const database = openDatabase(path);
  try {
    migrate(database, schemaVersion(database));
    const tip = inTransaction(database, () =>
      database
        .prepare("SELECT sequence, checksum FROM transitions ORDER BY sequence DESC LIMIT 1")
        .get(),
    ) as unknown as Tip | undefined;
    const commits = new Commits(path, durability);
    return new SqliteJournal({
      path,
      database,
      tip: tip ?? { sequence: 0, checksum: 0 },
      commits,
      now,
    });
  } catch (error) {
    database.close();
    throw error;
  }
}
