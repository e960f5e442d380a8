import { closeSync, existsSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Durability, JournalDamage } from "../../contract/run-store.ts";
import { checkJournal } from "../integrity/check-journal.ts";
import { type Fault, saysDamage } from "../integrity/fault.ts";
import { finishReplacement, syncFolder } from "../integrity/files.ts";
import { nothingLeft, rebuild } from "../integrity/rebuild.ts";
import { createWitness, readWitness, type Testimony } from "../integrity/witness.ts";
import { Commits } from "./commits.ts";
import { openDatabase } from "./database.ts";
import { storeFailure } from "./failures.ts";
import type { Tip } from "./row.ts";
import { migrate, requireKnownSchema, schemaVersion } from "./schema.ts";
import { SqliteJournal } from "./sqlite-journal.ts";

/** How to open a journal. */
export interface JournalOptions {
  /** @default "process" */
  readonly durability?: Durability;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** A journal that was opened, and what was wrong with it. */
export interface OpenedJournal {
  readonly journal: SqliteJournal;
  readonly damage: JournalDamage | null;
}

const NOTHING: Tip = { sequence: 0, checksum: 0 };

/**
 * Makes the journal of a new run, for this user only.
 * @throws {BatchError} STORE_FAILED, also when there is a file already
 */
export function createJournal(path: string, options: JournalOptions = {}): SqliteJournal {
  try {
    // Before the journal, so that a journal without one has lost it.
    createWitness(path, { ...NOTHING, tasks: 0 });
    // SQLite gives its other files the permissions of this one.
    closeSync(openSync(path, "wx", 0o600));
    const database = openDatabase(path);
    try {
      migrate(database, 0);
      if (options.durability === "power") syncFolder(dirname(path));
      return journalOf(path, database, NOTHING, options);
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw storeFailure(error, "create the journal", path);
  }
}

/**
 * Opens a journal to go on with it: whoever does is the only one. It is looked through first; one that is
 * damaged is put aside, and made again out of what can be believed of it.
 * @throws {BatchError} JOURNAL_DAMAGED when that is nothing, JOURNAL_NEWER, STORE_FAILED
 */
export function openJournal(path: string, options: JournalOptions = {}): OpenedJournal {
  try {
    finishReplacement(path);
    const testimony = readWitness(path);
    const opened = openChecked(path, testimony, options);
    if (opened instanceof SqliteJournal) return { journal: opened, damage: null };
    const damage = rebuild({ now: Date.now, ...options, path, fault: opened, testimony });
    const again = openChecked(path, readWitness(path), options);
    if (!(again instanceof SqliteJournal)) throw nothingLeft(path, again);
    return { journal: again, damage };
  } catch (error) {
    throw storeFailure(error, "open the journal", path);
  }
}

/** The journal, or what is wrong with it. */
function openChecked(
  path: string,
  testimony: Testimony | null,
  options: JournalOptions,
): SqliteJournal | Fault {
  if (!existsSync(path)) return { sequence: 1, message: "its file is missing" };
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(path);
    const version = schemaVersion(database);
    const found = requireKnownSchema(database, version, path) ?? checkJournal(database, testimony);
    if (!("message" in found)) {
      migrate(database, version);
      return journalOf(path, database, found, options);
    }
    database.close();
    return found;
  } catch (error) {
    if (database?.isOpen) database.close();
    if (!saysDamage(error, path)) throw error;
    return { sequence: 1, message: error instanceof Error ? error.message : String(error) };
  }
}

function journalOf(
  path: string,
  database: DatabaseSync,
  tip: Tip,
  { durability = "process", now = Date.now }: JournalOptions,
): SqliteJournal {
  return new SqliteJournal({ path, database, tip, commits: new Commits(path, durability), now });
}
