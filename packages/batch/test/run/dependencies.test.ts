import {
  LocalRunStore,
  openRepository,
  type Run,
  type RunEvent,
  type RunReport,
  resumeRun,
  type TaskInput,
} from "@cluster/batch";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { type Bench, bench } from "../sample/sample-run.ts";

const task = (
  name: string,
  file: string,
  after: readonly string[],
  prompt = "edit",
): TaskInput => ({
  prompt: `${prompt} [fake:append=${name}\\n]`,
  files: [file],
  name,
  after,
});

/** A sample whose runs are kept, and how it goes on with the last one. */
async function keptBench(files: number) {
  const sample = await bench({ files });
  const folder = await temporaryFolder();
  const store = new LocalRunStore({ folder: folder.path });
  const open = () => openRepository(sample.repository.path, { directory: sample.worktrees });
  return {
    ...sample,
    store,
    open,
    async goOn(tasks?: readonly TaskInput[]): Promise<RunReport> {
      const options = { run: "last", tool: sample.tool, store, workers: 2, retryDelayMs: 1 };
      const repository = await open();
      await using run = await resumeRun({ ...options, repository, ...(tasks && { tasks }) });
      return await run.finished;
    },
    async [Symbol.asyncDispose]() {
      await sample[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function firstTurn(run: Run): Promise<void> {
  const inTurn = (): boolean => run.status().instances.some(({ stage }) => stage === "turn");
  await waitFor(inTurn, { what: "the turn of the first task" });
}

function outcomes(report: RunReport): Record<string, string> {
  return Object.fromEntries(report.tasks.map((one, i) => [i, one.outcome]));
}

async function content(sample: Bench, file: string): Promise<string> {
  return await sample.repository.git("show", `main:${file}`);
}

test("a task begins when those before it have landed, and works on what they did", async () => {
  await using sample = await bench({ files: 2 });
  const [a = "", b = ""] = sample.repository.files;
  const tasks = [
    task("last", a, ["first", "middle"]),
    task("middle", a, ["first"]),
    task("first", a, [], "[fake:sleep=100]"),
    task("other", b, []),
  ];
  const { report, events } = await sample.run(tasks);
  expect(report).toMatchObject({ ok: true, counts: { landed: 4 } });
  expect(report.tasks.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
  expect(await content(sample, a)).toMatch(/first\nmiddle\nlast$/);
  const begun = (index: number): number =>
    events.findIndex((event) => event.type === "attempt.started" && event.index === index);
  const ended = (index: number): number =>
    events.findIndex(
      (event: RunEvent) => event.type === "task.ended" && event.outcome.index === index,
    );
  expect(ended(2)).toBeLessThan(begun(1));
  expect(ended(1)).toBeLessThan(begun(0));
});

test("when one fails, all that follow it are skipped, with its name; the others go on", async () => {
  await using sample = await bench({ files: 5 });
  const [a = "", b = "", c = "", d = "", e = ""] = sample.repository.files;
  const { report } = await sample.run(
    [
      task("bad", a, [], "[fake:fail=refused]"),
      task("next", b, ["bad"]),
      task("far", c, ["idle", "next"]),
      task("idle", d, []),
      { ...task("none", e, ["still"]) },
      { prompt: "[fake:no-change]", files: [], name: "still" },
    ],
    { workers: 1 },
  );
  expect(outcomes(report)).toEqual({
    0: "tool-error",
    1: "skipped",
    2: "skipped",
    3: "landed",
    // What changed nothing is no obstacle.
    4: "landed",
    5: "no-change",
  });
  const message = `It follows task bad (${a}), which ended as tool-error.`;
  for (const index of [1, 2]) {
    expect(report.tasks[index]).toMatchObject({
      attempts: 0,
      reason: { code: "DEPENDENCY_FAILED", message },
    });
  }
  expect(report).toMatchObject({ ok: false, end: "complete" });
});

test("names that nobody has, and rings, are refused before anything begins", async () => {
  await using sample = await bench({ files: 2 });
  const [a = "", b = ""] = sample.repository.files;
  await expect(sample.start([task("x", a, ["y"])])).rejects.toMatchObject({
    code: "DEPENDENCY_UNKNOWN",
  });
  await expect(sample.start([task("x", a, ["y"]), task("y", b, ["x"])])).rejects.toMatchObject({
    code: "DEPENDENCY_CYCLE",
  });
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
});

test("a run that was drained holds tasks back when it is gone on with", async () => {
  await using sample = await keptBench(3);
  const [a = "", b = "", c = ""] = sample.repository.files;
  const tasks = [
    task("one", a, [], "[fake:sleep=200]"),
    task("two", b, ["one"], "[fake:fail=refused]"),
    task("three", c, ["two"]),
  ];
  await using run = await sample.start(tasks, { store: sample.store });
  await firstTurn(run);
  run.drain();
  const first = await run.finished;
  expect(Object.values(outcomes(first)).slice(1)).toEqual(["cancelled", "cancelled"]);
  const report = await sample.goOn();
  expect(outcomes(report)).toEqual({ 0: "landed", 1: "tool-error", 2: "skipped" });
  expect(report.tasks[2]?.reason?.message).toContain("follows task two");
});

test("what was skipped is done after all when what it follows is tried again and lands", async () => {
  await using sample = await keptBench(3);
  const [a = "", b = "", c = ""] = sample.repository.files;
  const tasks = [
    task("one", a, [], "[fake:first=1:fail=refused]"),
    task("two", b, ["one"]),
    task("three", c, ["two"]),
  ];
  await using run = await sample.start(tasks, { store: sample.store });
  const { tasks: before } = await run.finished;
  expect(before.map(({ outcome }) => outcome)).toEqual(["tool-error", "skipped", "skipped"]);
  {
    await using stored = await sample.store.open(await sample.open(), "last");
    const reopened = { task: before[0]?.task ?? "", reason: "again" };
    await stored.journal.record({ type: "task.reopened", ...reopened });
  }
  expect(outcomes(await sample.goOn())).toEqual({ 0: "landed", 1: "landed", 2: "landed" });
  const log = await sample.repository.git("log", "--format=%s", "--no-merges", "-3", "main");
  expect(log.split("\n").map((line) => /\((.*)\)/.exec(line)?.[1])).toEqual([c, b, a]);
});

test("a changed list says what tasks wait for from now on, and repeats nothing", async () => {
  await using sample = await keptBench(3);
  const [a = "", b = "", c = ""] = sample.repository.files;
  const bad = task("bad", a, [], "[fake:fail=refused]");
  const good = task("good", b, [], "[fake:sleep=200]");
  await using run = await sample.start([good, bad, task("last", c, ["good"])], {
    store: sample.store,
    workers: 1,
  });
  await firstTurn(run);
  run.drain();
  expect(outcomes(await run.finished)).toEqual({ 0: "landed", 1: "cancelled", 2: "cancelled" });
  const report = await sample.goOn([good, bad, task("last", c, ["bad", "good"])]);
  expect(outcomes(report)).toEqual({ 0: "landed", 1: "tool-error", 2: "skipped" });
  // It waits for nobody any more.
  expect(outcomes(await sample.goOn([good, bad, task("last", c, [])]))[2]).toBe("landed");
});

test("a task that was withdrawn is wanted when a list names it again", async () => {
  await using sample = await keptBench(3);
  const [a = "", b = "", c = ""] = sample.repository.files;
  const one = task("one", a, [], "[fake:sleep=200]");
  const [two, three] = [task("two", b, []), task("three", c, [])];
  await using run = await sample.start([one, two, three], { store: sample.store, workers: 1 });
  await firstTurn(run);
  run.drain();
  await run.finished;
  expect((await sample.goOn([one, two])).counts.landed).toBe(2);
  expect((await sample.goOn([one, two, three])).counts.landed).toBe(3);
});
