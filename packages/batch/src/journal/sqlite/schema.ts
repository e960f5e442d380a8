import { DatabaseSync } from "node:sqlite";
import { BatchError } from "../../errors/batch-error.ts";
import type { Fault } from "../integrity/fault.ts";

import { VIEWS } from "./views.ts";

/** `CLST`, so that `file` and other programs tell a journal from another database. */
const APPLICATION_ID = 0x434c5354;

const SPENT = `
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  model_calls INTEGER,
  cost_nano_usd INTEGER NOT NULL,
  usage_unknown INTEGER NOT NULL,
  cost_unknown INTEGER NOT NULL`;

/**
 * From each version to the next, for ever as they were: a journal of any version is brought to the
 * newest by those that it lacks.
 */
export const MIGRATIONS: readonly string[] = [
  // `transitions` is the truth. `tasks` and `marks` are made of it, in the same transaction.
  `CREATE TABLE transitions (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  task TEXT,
  previous INTEGER NOT NULL,
  token INTEGER NOT NULL,
  outcome TEXT,
  withdrawn INTEGER NOT NULL,${SPENT},
  checksum INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE tasks (
  planned INTEGER PRIMARY KEY,
  task TEXT NOT NULL,
  last INTEGER NOT NULL,
  token INTEGER NOT NULL,
  outcome TEXT,
  withdrawn INTEGER NOT NULL,${SPENT}
) STRICT;
CREATE TABLE marks (sequence INTEGER PRIMARY KEY) STRICT;`,
  // What was found wrong with it, and views for people.
  `CREATE TABLE damages (
  at INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  message TEXT NOT NULL,
  kept TEXT NOT NULL
) STRICT;
${VIEWS}`,
];

export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** The version that a journal was written in; 0 for an empty database. */
export function schemaVersion(database: DatabaseSync): number {
  const row = database.prepare("PRAGMA user_version").get() as { user_version: number };
  return row.user_version;
}

/** Brings a journal from its version to the newest, in one transaction. */
export function migrate(database: DatabaseSync, from: number): void {
  if (from === SCHEMA_VERSION) return;
  const steps = MIGRATIONS.slice(from).join("\n");
  database.exec(`BEGIN IMMEDIATE;
${steps}
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
COMMIT;`);
}

/**
 * Says what is wrong with the tables, if they are not what their version makes them.
 * @throws {BatchError} JOURNAL_NEWER
 */
export function requireKnownSchema(
  database: DatabaseSync,
  version: number,
  path: string,
): Fault | null {
  const found = schemaOf(database);
  if (version > SCHEMA_VERSION && found !== schemaAt(SCHEMA_VERSION)) {
    throw new BatchError(
      "JOURNAL_NEWER",
      `The journal ${path} has version ${version}; this program knows ${SCHEMA_VERSION} at most. ` +
        "Go on with the run with the newer program that began it.",
      { paths: [path] },
    );
  }
  if (version > 0 && version <= SCHEMA_VERSION && found === schemaAt(version)) return null;
  return { sequence: 1, message: `its tables are not those of version ${version}` };
}

function schemaAt(version: number): string {
  const database = new DatabaseSync(":memory:");
  try {
    for (const step of MIGRATIONS.slice(0, version)) database.exec(step);
    return schemaOf(database);
  } finally {
    database.close();
  }
}

function schemaOf(database: DatabaseSync): string {
  const query = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid";
  return JSON.stringify(database.prepare(query).all());
}
