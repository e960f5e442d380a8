import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createJournal, LocalRunStore, type OpenedJournal, openJournal } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { checkRows } from "../../../src/journal/integrity/check-rows.ts";
import { finishReplacement, replacementOf } from "../../../src/journal/integrity/files.ts";
import { RowWriter } from "../../../src/journal/sqlite/row-writer.ts";
import { MIGRATIONS } from "../../../src/journal/sqlite/schema.ts";
import { edited, outcomeOf, sampleTasks } from "../sample-steps.ts";
import { chanceFrom, liveThrough, RECORD, told } from "./sample-history.ts";

const [A, B] = sampleTasks(2) as [
  ReturnType<typeof sampleTasks>[0],
  ReturnType<typeof sampleTasks>[0],
];

/** A journal of one task that failed, was tried again and landed; without some of its rows. */
async function withoutRows(path: string, ...sequences: readonly number[]): Promise<OpenedJournal> {
  const journal = createJournal(path);
  await journal.mark({ type: "run.begun", record: RECORD });
  await journal.plan([A, B]);
  await journal.open(A.id);
  await journal.record({ type: "task.ended", token: 1, outcome: outcomeOf(A, "tool-error") });
  await journal.record({ type: "task.reopened", task: A.id, reason: "retry" });
  await journal.open(A.id);
  const committed = { type: "attempt.committed", task: A.id, token: 2 } as const;
  await journal.record({ ...committed, result: edited("c") });
  await journal.record({ type: "task.ended", token: 2, outcome: outcomeOf(A, "landed") });
  await journal.open(B.id);
  await journal.close();
  const database = new DatabaseSync(path);
  for (const sequence of sequences) {
    // What it says is another thing; its checksum is as it was.
    database.prepare("UPDATE transitions SET at = at + 1 WHERE sequence = ?").run(sequence);
  }
  database.close();
  return openJournal(path);
}

test("a row proves the steps before it that are lost: a task that was reopened and landed has landed", async () => {
  await using folder = await temporaryFolder();
  // It was reopened, and its second attempt was opened.
  const { journal, damage } = await withoutRows(join(folder.path, "journal.sqlite"), 6, 7);
  expect(damage?.sequence).toBe(6);
  expect(damage?.message).toMatch(/row 6 does not have its checksum.*8 of its 10 rows/);
  expect([...journal.entries()]).toMatchObject([
    { token: 2, outcome: { outcome: "landed" } },
    { token: 1, outcome: null },
  ]);
  expect(journal.attempts(A.id)).toMatchObject([
    { token: 1, result: null },
    { token: 2, result: edited("c") },
  ]);
  await journal.close();
});

test("a task whose plan is lost is missed by its number, and may be planned again", async () => {
  await using folder = await temporaryFolder();
  const { journal, damage } = await withoutRows(join(folder.path, "journal.sqlite"), 2);
  expect(damage?.message).toContain("1 of its 2 tasks are not known any more");
  expect([...journal.entries()].map(({ task }) => task)).toEqual([B]);
  await journal.plan([A, B]);
  expect(journal.size).toBe(2);
  await journal.close();
});

test("a journal that has lost what its run began with is refused, and left as it is", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "journal.sqlite");
  const refused = withoutRows(path, 1);
  await expect(refused).rejects.toMatchObject({
    code: "JOURNAL_DAMAGED",
    message: expect.stringContaining("Start a new run"),
  });
  expect(readdirSync(folder.path).sort()).toEqual(["journal.sqlite", "journal.sqlite-witness"]);
});

test("a checksum that no checksum can be costs its own row and the next, and no more", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "journal.sqlite");
  const first = await withoutRows(path);
  await first.journal.close();
  const database = new DatabaseSync(path);
  database.exec("UPDATE transitions SET checksum = checksum - 4294967296 WHERE sequence = 4");
  // Within a batch of rows nobody looks at it; the damage that makes somebody look is another.
  database.exec("UPDATE transitions SET at = at + 1 WHERE sequence = 9");
  database.close();
  const { journal, damage } = openJournal(path);
  expect(damage).toMatchObject({ sequence: 4, message: expect.stringContaining("7 of its 10") });
  await journal.close();
});

test("a text that one bit has made a blob is found, although its bytes are the same", () => {
  using database = new DatabaseSync(":memory:");
  database.exec((MIGRATIONS[0] as string).replaceAll("STRICT", ""));
  const writer = new RowWriter(database, { sequence: 0, checksum: 0 });
  for (const type of ["run.begun", "run.resumed"]) writer.appendMark({ at: 1, type, body: "{}" });
  expect(checkRows(database)).toMatchObject({ tip: { sequence: 2 } });
  database.exec("UPDATE transitions SET type = CAST(type AS BLOB) WHERE sequence = 2");
  expect(checkRows(database)).toMatchObject({ sequence: 2 });
});

test.each(["tasks", "marks"])(
  "what stands in %s and not in the rows is made again",
  async (table) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "journal.sqlite");
    const first = await withoutRows(path);
    const truth = told(first.journal);
    await first.journal.close();
    const changes = {
      tasks: "UPDATE tasks SET last = 5, outcome = 'tool-error', token = 1 WHERE last = 9",
      marks: "DELETE FROM marks",
    };
    const database = new DatabaseSync(path);
    database.exec(changes[table as keyof typeof changes]);
    database.close();
    const { journal, damage } = openJournal(path);
    expect(damage?.message).toContain("all of its 10 rows could be believed");
    expect(told(journal)).toEqual(truth);
    await journal.close();
  },
);

test("a replacement that was cut off anywhere is finished by the next process", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "journal.sqlite");
  const journal = createJournal(path);
  await liveThrough(journal, 10, chanceFrom(3));
  const truth = told(journal);
  await journal.close();
  const names = replacementOf(path);
  const steps = [
    () => copyFileSync(path, names.rebuilt),
    () => copyFileSync(`${path}-witness`, `${names.rebuilt}-witness`),
    () => renameSync(`${path}-witness`, `${names.damaged}-witness`),
    () => renameSync(path, names.damaged),
    () => renameSync(`${names.rebuilt}-witness`, `${path}-witness`),
  ];
  for (const count of [2, 3, 4, 5]) {
    for (const step of steps.slice(0, count)) step();
    finishReplacement(path);
    expect(existsSync(names.rebuilt), `after ${count} steps`).toBe(false);
    expect(existsSync(names.damaged), `after ${count} steps`).toBe(true);
    const opened = openJournal(path);
    expect(opened.damage).toBeNull();
    expect(told(opened.journal)).toEqual(truth);
    await opened.journal.close();
    rmSync(names.damaged);
    rmSync(`${names.damaged}-witness`);
  }
});

test("who looks at a run is told what was wrong with it, and what is", async () => {
  await using folder = await temporaryFolder();
  const site = { commonDir: "/r/.git" };
  const store = new LocalRunStore({ folder: folder.path });
  let at = "";
  {
    await using run = await store.create(site, RECORD);
    await run.journal.plan(sampleTasks(4));
    at = run.folder;
    using reader = await store.read(site, "last");
    expect(reader.check()).toBeNull();
    expect(reader.damages()).toEqual([]);
  }
  rmSync(join(at, "journal.sqlite-witness"));
  using before = await store.read(site, "last");
  expect(before.check()).toContain("tells where it ends");
  const damage = await store.open(site, "last").then(async (run) => {
    await run[Symbol.asyncDispose]();
    return run.damage;
  });
  using reader = await store.read(site, "last");
  expect(reader.check()).toBeNull();
  expect(reader.damages()).toEqual([damage]);
});
