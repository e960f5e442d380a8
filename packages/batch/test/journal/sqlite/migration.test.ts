import { createHash } from "node:crypto";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createJournal, openJournal } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { MIGRATIONS, SCHEMA_VERSION } from "../../../src/journal/sqlite/schema.ts";
import { chanceFrom, liveThrough, told } from "../integrity/sample-history.ts";

/** The tables of version 1, as its programs have made them. */
const VERSION_1 = `CREATE TABLE transitions (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  task TEXT,
  previous INTEGER NOT NULL,
  token INTEGER NOT NULL,
  outcome TEXT,
  withdrawn INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  model_calls INTEGER,
  cost_nano_usd INTEGER NOT NULL,
  usage_unknown INTEGER NOT NULL,
  cost_unknown INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE tasks (
  planned INTEGER PRIMARY KEY,
  task TEXT NOT NULL,
  last INTEGER NOT NULL,
  token INTEGER NOT NULL,
  outcome TEXT,
  withdrawn INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  model_calls INTEGER,
  cost_nano_usd INTEGER NOT NULL,
  usage_unknown INTEGER NOT NULL,
  cost_unknown INTEGER NOT NULL
) STRICT;
CREATE TABLE marks (sequence INTEGER PRIMARY KEY) STRICT;`;

test("a journal of version 1 is brought to the newest, with all that it holds", async () => {
  await using folder = await temporaryFolder();
  const newer = join(folder.path, "newer.sqlite");
  const journal = createJournal(newer);
  await liveThrough(journal, 30, chanceFrom(1));
  const truth = told(journal);
  await journal.close();

  const path = join(folder.path, "journal.sqlite");
  const old = new DatabaseSync(path);
  old.exec(`PRAGMA journal_mode = WAL; ${VERSION_1} PRAGMA user_version = 1;
    ATTACH '${newer}' AS newer;
    INSERT INTO transitions SELECT * FROM newer.transitions;
    INSERT INTO tasks SELECT * FROM newer.tasks;
    INSERT INTO marks SELECT * FROM newer.marks`);
  old.close();
  copyFileSync(`${newer}-witness`, `${path}-witness`);
  rmSync(newer);

  const { journal: migrated, damage } = openJournal(path);
  expect(damage).toBeNull();
  expect(told(migrated)).toEqual(truth);
  await migrated.mark({ type: "run.resumed", base: "b" });
  await migrated.close();
  const database = new DatabaseSync(path, { readOnly: true });
  expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: SCHEMA_VERSION });
  expect(database.prepare("SELECT count(*) AS tasks FROM v_tasks").get()).toEqual({ tasks: 30 });
  database.close();
});

test("what a migration did is never changed: journals that it made are out there", () => {
  const digests = MIGRATIONS.map((step) => createHash("sha256").update(step).digest("hex"));
  expect(digests.map((digest) => digest.slice(0, 12))).toEqual(["8599b11ff869", "4a011cef865a"]);
});

test("a journal of a newer program is left alone", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "journal.sqlite");
  await createJournal(path).close();
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE later (x); PRAGMA user_version = 99");
  database.close();
  expect(() => openJournal(path)).toThrow(expect.objectContaining({ code: "JOURNAL_NEWER" }));
});
