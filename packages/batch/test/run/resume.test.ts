import { rename, writeFile } from "node:fs/promises";
import {
  keyTasks,
  LocalRunStore,
  openRepository,
  type Run,
  type RunStore,
  resumeRun,
  type TaskInput,
  ToolFailure,
} from "@cluster/batch";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { NO_EVIDENCE } from "../../src/attempt/no-evidence.ts";
import { TaskState } from "../../src/run/task-state.ts";
import { type Bench, bench, tasksFor } from "../sample/sample-run.ts";

/** A sample with a store, and with what goes on with its last run. */
async function keptBench(files: number): Promise<
  Bench & {
    readonly store: LocalRunStore;
    /** @param workers @default 2 */
    begin(tasks: readonly TaskInput[], workers?: number): Promise<Run>;
    goOn(
      tasks?: readonly TaskInput[],
      path?: string,
      options?: Partial<Parameters<typeof resumeRun>[0]>,
    ): Promise<Run>;
  }
> {
  const sample = await bench({ files });
  const folder = await temporaryFolder();
  const store = new LocalRunStore({ folder: folder.path });
  return {
    ...sample,
    store,
    begin: (tasks, workers = 2) => sample.start(tasks, { store, workers }),
    async goOn(tasks, path = sample.repository.path, options = {}) {
      const repository = await openRepository(path, {
        directory: sample.worktrees,
      });
      const { tool } = sample;
      const more = tasks && { tasks };
      return resumeRun({
        repository,
        run: "last",
        tool,
        store,
        workers: 2,
        retryDelayMs: 1,
        ...more,
        ...options,
      });
    },
    async [Symbol.asyncDispose]() {
      await sample[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** How often each file was changed on the checked-out branch. */
async function landings(sample: Bench): Promise<Record<string, number>> {
  const log = await sample.repository.git("log", "--format=", "--name-only", "main");
  const counts: Record<string, number> = {};
  for (const file of log.split("\n").filter((line) => line !== "")) {
    counts[file] = (counts[file] ?? 0) + 1;
  }
  return counts;
}

test.each([2, 8])(
  "a tool that never gets ready for %i workers uses no task up",
  async (workers) => {
    await using sample = await keptBench(8);
    const { files } = sample.repository;
    await using run = await sample.begin(tasksFor(files, "edit [fake:sleep=200]"));
    await waitFor(() => run.status().counts.landed >= 1, { what: "the first to land" });
    run.drain();
    const open = 8 - (await run.finished).counts.landed;

    const message = "the tool did not start: no API keys were provided";
    const keyless = {
      ...sample.tool,
      command: () => {
        throw new ToolFailure("auth", message);
      },
    };
    await using again = await sample.goOn(undefined, undefined, { tool: keyless, workers });
    const halted = await again.finished;
    expect(halted).toMatchObject({
      end: "halted",
      open,
      haltReason: `No instance is left to work with: ${message}`,
    });
    expect(halted.tasks.filter(({ left }) => left)).toHaveLength(open);
    const { reason } = halted.tasks.find(({ outcome }) => outcome === "tool-error") ?? {};
    expect(reason).toMatchObject({ failureClass: "auth", message });

    await using last = await sample.goOn();
    expect(await last.finished).toMatchObject({ ok: true, open: 0, counts: { landed: 8 } });
  },
);

test("a drained run goes on where it was: each task lands once, and the report tells of all", async () => {
  await using sample = await keptBench(8);
  const { files } = sample.repository;
  await using run = await sample.begin(tasksFor(files, "edit [fake:sleep=200]"));
  await waitFor(() => run.status().counts.landed >= 1, { what: "the first to land" });
  run.drain();
  const first = await run.finished;
  expect(first.end).toBe("interrupted");
  expect(first.counts.landed).toBeLessThan(8);

  await using again = await sample.goOn();
  expect(again.id).toBe(run.id);
  expect(again.branch).toBe(run.branch);
  const report = await again.finished;
  expect(report).toMatchObject({ ok: true, end: "complete", counts: { landed: 8, cancelled: 0 } });
  expect(report.delivery).toMatchObject({ kind: "merged" });
  expect(report.knownCostUsd).toBeCloseTo(0.008);
  const counts = await landings(sample);
  expect(files.map((file) => counts[file])).toEqual(files.map(() => 2));
  expect(await sample.leftovers()).toEqual([]);
});

test("a run that has come to its end is not gone on with, and says what to do", async () => {
  await using sample = await keptBench(2);
  await using run = await sample.begin(tasksFor(sample.repository.files, "edit"));
  await run.finished;
  await expect(sample.goOn()).rejects.toMatchObject({
    code: "RUN_COMPLETE",
    message: expect.stringContaining(`cluster show ${run.id}`),
  });
});

test("a run that somebody works on is not gone on with", async () => {
  await using sample = await keptBench(2);
  await using run = await sample.begin(tasksFor(sample.repository.files, "[fake:hang]"));
  await expect(sample.goOn()).rejects.toMatchObject({ code: "RUN_OWNED" });
  run.stop();
  await run.finished;
});

test("a changed list adds what is new, withdraws what is gone, and repeats nothing", async () => {
  await using sample = await keptBench(6);
  const { files } = sample.repository;
  const [a, b, c, d, e, f] = files as [string, string, string, string, string, string];
  await using run = await sample.begin(tasksFor([a, b, c, d], "edit [fake:sleep=100]"));
  await waitFor(() => run.status().counts.landed >= 1, { what: "the first to land" });
  run.drain();
  const first = await run.finished;
  const landed = first.tasks.filter(({ outcome }) => outcome === "landed");

  // Those that had landed stay, wherever they are in the list or not; d is not wanted any more.
  await using again = await sample.goOn(tasksFor([f, c, e, b], "edit [fake:sleep=100]"));
  const report = await again.finished;
  expect(report).toMatchObject({ ok: true, end: "complete" });
  const done = report.tasks.filter(({ outcome }) => outcome === "landed").flatMap((t) => t.files);
  const wanted = new Set([b, c, e, f, ...landed.flatMap((task) => task.files)]);
  expect([...done].sort()).toEqual([...wanted].sort());
  const counts = await landings(sample);
  for (const file of files) expect(counts[file]).toBe(wanted.has(file) ? 2 : 1);
});

test("what git proves landed is believed, and what was only committed is landed without another turn", async () => {
  await using sample = await keptBench(3);
  const { files } = sample.repository;
  const inputs = tasksFor(files, "edit");
  const repository = await openRepository(sample.repository.path, { directory: sample.worktrees });
  const { commit: base, branch: target } = await repository.head();
  const record = { root: repository.root, base, target, tool: sample.tool.name, workers: 1 };
  const tasks = keyTasks(inputs, { tool: sample.tool.name, model: null, verify: null });
  // As a process leaves it that was killed between landing and journal, and one between commit and landing.
  {
    await using stored = await sample.store.create(repository, {
      ...record,
      run: "cut",
      createdAt: 1,
      settings: null,
    });
    const { journal } = stored;
    await journal.plan(tasks);
    await using branch = await repository.createRun({ run: "cut" });
    const workspace = await branch.openWorkspace(0);
    for (const task of tasks.slice(0, 2)) {
      const token = await journal.open(task.id);
      await workspace.reset();
      await writeFile(`${workspace.path}/${task.files[0]}`, `by hand ${task.index}\n`);
      const commit = await workspace.commit({
        paths: "all",
        message: "An edit",
        trailers: { "Cluster-Task": task.id, "Cluster-Attempt": token },
      });
      const evidence = { ...NO_EVIDENCE, instance: 0, commit };
      const result = { verdict: "edited", failure: null, evidence, outsideCommit: null } as const;
      await journal.record({ type: "attempt.committed", task: task.id, token, result });
      if (task.index === 0) await branch.land(commit as string);
    }
  }
  await using run = await sample.goOn();
  const turns: string[] = [];
  run.subscribe((event) => {
    if (event.type === "attempt.started") turns.push(event.task);
  });
  const report = await run.finished;
  expect(report).toMatchObject({ ok: true, counts: { landed: 3 } });
  expect(turns).toEqual([tasks[2]?.id]);
  const text = (file: string): Promise<string> => sample.repository.git("show", `main:${file}`);
  expect(await text(files[0] as string)).toBe("by hand 0");
  expect(await text(files[1] as string)).toBe("by hand 1");
  const log = await sample.repository.git("log", "--format=%(trailers:key=Cluster-Task,valueonly)");
  expect(
    log
      .split("\n")
      .filter((line) => line !== "")
      .sort(),
  ).toEqual(tasks.map(({ id }) => id).sort());
});

test.each([
  ["still does not fit", false],
  ["was made on commits that the user has dropped", true],
])("a conflict that is tried again is made again by the tool where it %s", async (_, dropped) => {
  await using sample = await keptBench(1);
  const [file = ""] = sample.repository.files;
  const repository = await openRepository(sample.repository.path, { directory: sample.worktrees });
  const { commit: base, branch: target } = await repository.head();
  const record = { root: repository.root, base, target, tool: sample.tool.name, workers: 1 };
  const [task] = keyTasks(tasksFor([file], "edit"), {
    ...{ tool: sample.tool.name, model: null, verify: null },
  });
  if (task === undefined) throw new Error("no task");
  {
    const created = { ...record, run: "cut", createdAt: 1, settings: null };
    await using stored = await sample.store.create(repository, created);
    const { journal } = stored;
    await journal.plan([task]);
    await using branch = await repository.createRun({ run: "cut" });
    const workspace = await branch.openWorkspace(0);
    const edit = async (text: string, trailers: Record<string, string | number>) => {
      await workspace.reset(dropped ? branch.tip() : base);
      await writeFile(`${workspace.path}/${file}`, text);
      return (await workspace.commit({ paths: "all", message: "An edit", trailers })) as string;
    };
    await branch.land(await edit("another\n", { "Cluster-Task": "other", "Cluster-Attempt": 1 }));
    const refused = { outcome: "conflict", reason: null } as const;
    for (const [token, text] of [
      [1, "first\n"],
      [2, "second\n"],
    ] as const) {
      await journal.open(task.id);
      const trailers = { "Cluster-Task": task.id, "Cluster-Attempt": token };
      const evidence = { ...NO_EVIDENCE, instance: 0, commit: await edit(text, trailers) };
      const result = { verdict: "edited", failure: null, evidence, outsideCommit: null } as const;
      const attempt = { task: task.id, token };
      await journal.record({ type: "attempt.committed", ...attempt, result });
      if (token === 2) continue;
      const sequel = { sequel: "replay", result: null, ...refused } as const;
      await journal.record({ type: "attempt.failed", ...attempt, ...sequel });
    }
    const state = TaskState.restored(
      { task, token: 2, outcome: null, withdrawn: false },
      journal.attempts(task.id),
    );
    const outcome = state.outcome("conflict", null, 0);
    await journal.record({ type: "task.ended", token: 2, outcome });
    await journal.record({ type: "task.reopened", task: task.id, reason: "again" });
  }
  if (dropped) await sample.repository.git("branch", "-qD", "cluster/cut");
  await using run = await sample.goOn();
  const report = await run.finished;
  expect(report).toMatchObject({ ok: true, counts: { landed: 1 } });
  expect(report.tasks[0]?.attempts).toBe(3);
  const text = await sample.repository.git("show", `main:${file}`);
  expect(/^another$/m.test(text)).toBe(!dropped);
  expect(text).toContain("DOC_ID");
});

test("a run whose process died after the delivery, before it could say so, is complete", async () => {
  await using sample = await keptBench(2);
  const mute: RunStore = {
    async create(...given) {
      const stored = await sample.store.create(...given);
      const { journal } = stored;
      const mark = journal.mark.bind(journal);
      journal.mark = async (one) => {
        if (one.type === "run.ended") throw new Error("killed before that");
        await mark(one);
      };
      return stored;
    },
    open: (...given) => sample.store.open(...given),
    remove: (...given) => sample.store.remove(...given),
  };
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"), { store: mute });
  expect((await run.finished).delivery).toMatchObject({ kind: "merged" });
  const tip = await sample.repository.git("rev-parse", "main");
  await expect(sample.goOn()).rejects.toMatchObject({ code: "RUN_COMPLETE" });
  await expect(sample.goOn()).rejects.toMatchObject({ code: "RUN_COMPLETE" });
  expect(await sample.repository.git("rev-parse", "main")).toBe(tip);
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
});

test("a run whose branch the user has deleted goes on where that was, and delivers all of it", async () => {
  await using sample = await keptBench(6);
  const { files } = sample.repository;
  await using run = await sample.begin(tasksFor(files, "edit [fake:sleep=500]"), 1);
  await waitFor(() => run.status().counts.landed >= 2, { what: "two to land" });
  run.drain();
  await run.finished;
  await sample.repository.git("branch", "-qD", run.branch);
  await using again = await sample.goOn();
  expect(await again.finished).toMatchObject({ ok: true, counts: { landed: 6 } });
  const counts = await landings(sample);
  expect(files.map((file) => counts[file])).toEqual(files.map(() => 2));
});

test("what is tried again after the delivery brings nothing of another branch along", async () => {
  await using sample = await keptBench(2);
  const prompt = "edit [fake:only=page-002.md:first=1:no-change]";
  await using run = await sample.begin(tasksFor(sample.repository.files, prompt));
  const { tasks } = await run.finished;
  const open = tasks.find(({ outcome }) => outcome === "no-change")?.task ?? "";
  {
    const repository = await openRepository(sample.repository.path);
    await using stored = await sample.store.open(repository, run.id);
    await stored.journal.record({ type: "task.reopened", task: open, reason: "again" });
  }
  await sample.repository.git("switch", "-qc", "feature");
  await sample.repository.git("commit", "-q", "--allow-empty", "-m", "Not for main");
  await using again = await sample.goOn();
  await sample.repository.git("switch", "-q", "main");
  expect(await again.finished).toMatchObject({ ok: true, counts: { landed: 2 } });
  expect(await sample.repository.git("log", "--format=%s", "main")).not.toContain("Not for main");
});

test("a run can be gone on with from another work tree of its repository", async () => {
  await using sample = await keptBench(4);
  const { files, git } = sample.repository;
  await using run = await sample.begin(tasksFor(files, "edit [fake:sleep=500]"), 1);
  await waitFor(() => run.status().counts.landed >= 1, { what: "the first to land" });
  run.drain();
  await run.finished;
  const side = `${sample.worktrees}-side`;
  await git("worktree", "add", "-q", "-b", "side", side);
  await using again = await sample.goOn(undefined, side);
  expect(await again.finished).toMatchObject({ ok: true, delivery: { branch: "main" } });
  expect(await git("status", "--porcelain", "-b")).toBe("## main");
  expect(await landings(sample)).toMatchObject(Object.fromEntries(files.map((file) => [file, 2])));
});

test("an edit that the journal could not take any more is kept by who goes on", async () => {
  await using sample = await keptBench(2);
  const full: RunStore = {
    async create(...given) {
      const stored = await sample.store.create(...given);
      const { journal } = stored;
      const record = journal.record.bind(journal);
      journal.record = async (transition) => {
        if (transition.type === "attempt.committed") throw new Error("the disk is full");
        await record(transition);
      };
      return stored;
    },
    open: (...given) => sample.store.open(...given),
    remove: (...given) => sample.store.remove(...given),
  };
  const tasks = tasksFor(sample.repository.files, "edit [fake:first=1:append=once]");
  await using run = await sample.start(tasks, { store: full, workers: 1 });
  await expect(run.finished).rejects.toMatchObject({ code: "RUN_FAILED" });
  await using again = await sample.goOn();
  const report = await again.finished;
  expect(report).toMatchObject({ ok: true, counts: { landed: 2 } });
  const kept = await sample.repository.git("show", `refs/cluster/${run.id}/interrupted-1`);
  expect(kept).toContain("once");
  expect(await sample.leftovers()).toEqual([]);
});

test("of tasks that a changed list has no more, what landed is told, and what was edited is kept", async () => {
  await using sample = await keptBench(3);
  const { files, git } = sample.repository;
  const repository = await openRepository(sample.repository.path, { directory: sample.worktrees });
  const { commit: base, branch: target } = await repository.head();
  const tool = sample.tool.name;
  const tasks = keyTasks(tasksFor(files, "edit"), { tool, model: null, verify: null });
  const record = {
    root: repository.root,
    base,
    target,
    tool,
    workers: 1,
    run: "cut",
    createdAt: 1,
  };
  const commits: string[] = [];
  // Killed when one had landed and one was committed, and its worktree was the next task's already.
  {
    await using stored = await sample.store.create(repository, { ...record, settings: null });
    const { journal } = stored;
    await journal.plan(tasks);
    const branch = await repository.createRun({ run: "cut" });
    const workspace = await branch.openWorkspace(0);
    for (const task of tasks.slice(0, 2)) {
      const token = await journal.open(task.id);
      await workspace.reset();
      await writeFile(`${workspace.path}/${task.files[0]}`, "by hand\n");
      const trailers = { "Cluster-Task": task.id, "Cluster-Attempt": token };
      const commit = await workspace.commit({ paths: "all", message: "An edit", trailers });
      commits.push(String(commit));
      const evidence = { ...NO_EVIDENCE, instance: 0, commit };
      const result = { verdict: "edited", failure: null, evidence, outsideCommit: null } as const;
      await journal.record({ type: "attempt.committed", task: task.id, token, result });
    }
    await branch.land(commits[0] as string);
    await workspace.reset();
  }
  await using run = await sample.goOn(tasksFor(files.slice(2), "edit"));
  const report = await run.finished;
  expect(report).toMatchObject({ ok: true, counts: { landed: 2 } });
  expect(report.tasks.flatMap((task) => task.files)).toEqual([files[0], files[2]]);
  const ref = await git("for-each-ref", "--format=%(refname)", `--contains=${commits[1]}`);
  expect(ref).toMatch(/^refs\/cluster\/cut\//);
  expect(report.warnings.join()).toContain(ref);
});

test("a run that was killed before its tasks were planned says that nothing was done", async () => {
  await using sample = await keptBench(1);
  const repository = await openRepository(sample.repository.path, { directory: sample.worktrees });
  const { commit: base, branch: target } = await repository.head();
  const { root, place } = repository;
  const record = { run: "cut", root, place, base, target, tool: "t", workers: 1, createdAt: 1 };
  const stored = await sample.store.create(repository, { ...record, settings: null });
  await stored[Symbol.asyncDispose]();
  await expect(sample.goOn()).rejects.toMatchObject({ code: "NO_TASKS" });
});

test("a run goes on in the repository's new place", async () => {
  await using sample = await keptBench(4);
  await using run = await sample.begin(
    tasksFor(sample.repository.files, "edit [fake:sleep=500]"),
    1,
  );
  await waitFor(() => run.status().counts.landed >= 1, { what: "the first to land" });
  run.drain();
  await run.finished;

  const { path } = sample.repository;
  await rename(path, `${path}-moved`);
  try {
    await using again = await sample.goOn(undefined, `${path}-moved`);
    const report = await again.finished;
    expect(report).toMatchObject({ ok: true, counts: { landed: 4 }, delivery: { kind: "merged" } });
  } finally {
    await rename(`${path}-moved`, path);
  }
  expect(await sample.leftovers()).toEqual([]);
});

test("what was kept of an interrupted attempt goes when the branch has it, and the rest stays", async () => {
  await using sample = await keptBench(3);
  const { repository } = sample;
  await using run = await sample.begin(tasksFor(repository.files, "edit [fake:sleep=500]"), 1);
  await waitFor(() => run.status().counts.landed >= 1, { what: "the first to land" });
  run.drain();
  await run.finished;
  const kept = `refs/cluster/${run.id}/interrupted`;
  await repository.git("update-ref", `${kept}-1`, "main");
  const tree = await repository.git("rev-parse", "main:docs");
  const other = await repository.git("commit-tree", "-p", "main", "-m", "other", tree);
  await repository.git("update-ref", `${kept}-2`, other);
  await using again = await sample.goOn();
  expect(await again.finished).toMatchObject({ ok: true });
  const left = await repository.git("for-each-ref", "--format=%(refname)", "refs/cluster/");
  expect(left).toBe(`${kept}-2`);
});
