import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { LocalRunStore, type RunRecord } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { edited, outcomeOf, sampleTasks } from "../journal/sample-steps.ts";

const SITE = { commonDir: "/home/me/my project/.git" };

function recordOf(run: string, createdAt = 1): RunRecord {
  return {
    run,
    root: "/home/me/my project",
    place: "worktrees",
    base: "b",
    target: "main",
    tool: "t",
    workers: 2,
    createdAt,
    settings: { some: ["flag"] },
  };
}

async function store(): Promise<AsyncDisposable & { folder: string; store: LocalRunStore }> {
  const folder = await temporaryFolder();
  return {
    folder: folder.path,
    store: new LocalRunStore({ folder: folder.path }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test("a run is begun, let go of and gone on with", async () => {
  await using at = await store();
  const record = recordOf("abc123");
  const tasks = sampleTasks(2);
  {
    await using run = await at.store.create(SITE, record);
    await run.journal.plan(tasks);
  }
  await using run = await at.store.open(SITE, "abc");
  expect(run).toMatchObject({ record, damage: null });
  expect(run.journal.marks()).toMatchObject([{ type: "run.begun", record }]);
  expect(run.journal.unfinished().map(({ task }) => task)).toEqual(tasks);
  expect(run.folder).toContain("my-project-");
});

test("what is kept of a run is for its user only", async () => {
  await using at = await store();
  await using run = await at.store.create(SITE, recordOf("abc123"));
  expect((await stat(run.folder)).mode & 0o777).toBe(0o700);
  const files = await readdir(run.folder);
  expect(files).toContain("journal.sqlite");
  for (const name of files.filter((file) => file.startsWith("journal"))) {
    expect([name, (await stat(join(run.folder, name))).mode & 0o077]).toEqual([name, 0]);
  }
});

test("a run has one owner, who is named to others, and others can look at it", async () => {
  await using at = await store();
  const [task] = sampleTasks(1);
  if (task === undefined) throw new Error("There is one task.");
  {
    await using run = await at.store.create(SITE, recordOf("abc123"));
    const owned = { code: "RUN_OWNED", message: expect.stringContaining(String(process.pid)) };
    await expect(at.store.open(SITE, "abc123")).rejects.toMatchObject(owned);
    await expect(at.store.remove(SITE, "abc123")).rejects.toMatchObject(owned);
    using reader = await at.store.read(SITE, "last");
    expect(reader).toMatchObject({ owner: { pid: process.pid }, size: 0, record: run.record });
    await run.journal.plan([task]);
    const token = await run.journal.open(task.id);
    const result = edited("c");
    await run.journal.record({ type: "attempt.committed", task: task.id, token, result });
    await run.journal.record({ type: "task.ended", token, outcome: outcomeOf(task, "landed") });
    expect(reader.size).toBe(1);
    expect(reader.tally().counts.landed).toBe(1);
    expect(reader.attempts(task.id)).toMatchObject([{ token: 1, committed: true, result }]);
    expect([...reader.entries()]).toMatchObject([{ task, outcome: { outcome: "landed" } }]);
    expect(() => reader.attempts("other")).toThrow("The journal has no task");
  }
  using reader = await at.store.read(SITE, "last");
  expect(reader.owner).toBeNull();
  expect(reader.tally().counts.landed).toBe(1);
});

test("runs are listed newest first, found by what their ids begin with, and removed", async () => {
  await using at = await store();
  for (const [run, createdAt] of [
    ["abc1", 1],
    ["abd2", 3],
    ["xyz3", 2],
  ] as const) {
    await using _run = await at.store.create(SITE, recordOf(run, createdAt));
  }
  const names = async () => (await at.store.list(SITE)).map(({ run }) => run);
  expect(await names()).toEqual(["abd2", "xyz3", "abc1"]);
  expect(await at.store.list({ commonDir: "/elsewhere/.git" })).toEqual([]);
  await expect(at.store.read(SITE, "ab")).rejects.toMatchObject({
    code: "RUN_AMBIGUOUS",
    message: expect.stringContaining("abc1, abd2"),
  });
  await expect(at.store.read(SITE, "q")).rejects.toMatchObject({
    code: "RUN_UNKNOWN",
    message: expect.stringContaining("abc1, abd2, xyz3"),
  });
  await at.store.remove(SITE, "last");
  expect(await names()).toEqual(["xyz3", "abc1"]);
  await at.store.remove(SITE, "a");
  await at.store.remove(SITE, "x");
  await expect(at.store.read(SITE, "last")).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
});

test("a name is taken once, and must be one that a folder can have", async () => {
  await using at = await store();
  await using _run = await at.store.create(SITE, recordOf("abc123"));
  await expect(at.store.create(SITE, recordOf("abc123"))).rejects.toMatchObject({
    code: "RUN_EXISTS",
  });
  for (const name of ["", "../x", "a/b", ".hidden", "-f"]) {
    await expect(at.store.create(SITE, recordOf(name))).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
  }
});

test("a run says how it ended last, unless it was gone on with since", async () => {
  await using at = await store();
  const delivery = { kind: "kept", branch: "cluster/abc", reason: "asked", command: "x" };
  const ended = { type: "run.ended", end: "complete", reason: null, delivery } as never;
  {
    await using run = await at.store.create(SITE, recordOf("abc123"));
    await run.journal.mark(ended);
  }
  expect((await at.store.list(SITE))[0]?.end).toMatchObject({ end: "complete" });
  {
    await using run = await at.store.open(SITE, "abc123");
    await run.journal.mark({ type: "run.resumed", base: "b" });
  }
  expect((await at.store.list(SITE))[0]).toMatchObject({ end: null, problem: null });
});

test.skipIf(process.platform !== "linux")(
  "a folder that a file system cannot have is refused, and not asked for for ever",
  async () => {
    const nowhere = new LocalRunStore({ folder: "/proc/nowhere/cluster" });
    await expect(nowhere.create(SITE, recordOf("abc123"))).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("/proc/nowhere"),
    });
  },
);
