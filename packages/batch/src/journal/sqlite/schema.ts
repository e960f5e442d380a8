import type { DatabaseSync } from "node:sqlite";

/** `CLST`, so that `file` and other programs tell a journal from another database. */
export const APPLICATION_ID = 0x434c5354;

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
