import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  cleanRun,
  LocalRunStore,
  landRun,
  openRepository,
  type Repository,
  type RunReport,
  reportOfRun,
  resumeRun,
} from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { type Bench, bench, tasksFor } from "../sample/sample-run.ts";

interface KeptBench extends Bench {
  readonly store: LocalRunStore;
  readonly opened: Repository;
}

async function keptBench(files: number): Promise<KeptBench> {
  const sample = await bench({ files });
  const folder = await temporaryFolder();
  return {
    ...sample,
    store: new LocalRunStore({ folder: folder.path }),
    opened: await openRepository(sample.repository.path, { directory: sample.worktrees }),
    async [Symbol.asyncDispose]() {
      await sample[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A run with one task landed, one parked and one still to be done. */
async function halted(sample: KeptBench): Promise<RunReport> {
  const [one = "", two = "", three = ""] = sample.repository.files;
  const tasks = [
    ...tasksFor([one], "x"),
    ...tasksFor([two], "x [fake:append=BAD]"),
    ...tasksFor([three], "x"),
  ];
  const { store } = sample;
  const verify = '! grep -q BAD "$@"';
  await using run = await sample.start(tasks, { store, workers: 1, verify });
  run.subscribe((event) => {
    if (event.type === "task.ended" && event.outcome.index === 1) run.drain();
  });
  return await run.finished;
}

test("what stayed on a run's branch is landed later, once; the run can still be gone on with", async () => {
  await using sample = await keptBench(3);
  const { store, opened: repository } = sample;
  const report = await halted(sample);
  expect(report).toMatchObject({ end: "interrupted", delivery: { kind: "kept" } });
  using reader = await store.read(repository, "last");
  expect(reportOfRun(reader)).toMatchObject({
    end: "interrupted",
    counts: { landed: 1, "verify-failed": 1 },
    delivery: { kind: "kept" },
    ok: false,
    tasksPerSecond: 0,
  });
  const landed = await landRun({ repository, run: report.run, store });
  expect(landed).toMatchObject({ open: 1, delivery: { kind: "merged", branch: "main" } });
  expect(await sample.repository.git("rev-list", "--count", "main")).toBe("2");
  expect(landed).toMatchObject({ before: false, stayed: "the run was interrupted" });
  const again = await landRun({ repository, run: "last", store });
  expect(again).toEqual({ ...landed, before: true, stayed: null });
  const { end } = (await store.list(repository))[0] ?? {};
  expect(end).toMatchObject({ end: "interrupted", delivery: { kind: "merged" } });
  expect(await sample.leftovers()).toEqual([]);
});

test("a report tells of what landed in earlier sessions too, whatever its branch begins on by now", async () => {
  await using sample = await keptBench(3);
  const { store, opened: repository } = sample;
  const { run, base } = await halted(sample);
  await landRun({ repository, run, store });
  await using resumed = await resumeRun({ repository, run, store, tool: sample.tool });
  const report = await resumed.finished;
  expect(report).toMatchObject({ base, counts: { landed: 2 }, delivery: { kind: "merged" } });
  const log = await sample.repository.git("rev-list", "--count", `${report.base}..main`);
  expect(Number(log)).toBe(2);
});

test("a run is cleaned away as far as nothing is lost, and with force wholly", async () => {
  await using sample = await keptBench(3);
  const { store, opened: repository } = sample;
  const { run, tasks } = await halted(sample);
  using reader = await store.read(repository, run);
  const { folder } = reader;
  const open = await cleanRun({ repository, run, store });
  expect(open).toEqual({ run, removed: [], kept: [{ what: folder, reason: "open-tasks" }] });
  expect(await sample.repository.git("branch", "--list", "cluster/*")).not.toBe("");

  const forced = await cleanRun({ repository, run, store, force: true });
  const parked = tasks.map(({ evidence }) => evidence.parkedRef).filter((ref) => ref !== null);
  expect(parked).toHaveLength(1);
  expect([...forced.removed].sort()).toEqual(
    [folder, `refs/heads/cluster/${run}`, ...parked].sort(),
  );
  expect(forced.kept).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  expect(await sample.repository.git("for-each-ref", "--format=%(refname)")).toBe(
    "refs/heads/main",
  );
  await expect(store.read(repository, run)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
});

test("a run that has landed leaves nothing; edits that did not land stay, with what tells of them", async () => {
  await using sample = await keptBench(2);
  const { store, opened: repository } = sample;
  const done = await sample.run(tasksFor(sample.repository.files, "x"), { store });
  const clean = await cleanRun({ repository, run: done.report.run, store });
  expect(clean).toMatchObject({ kept: [], removed: [expect.stringContaining(done.report.run)] });

  const [one = ""] = sample.repository.files;
  const { report } = await sample.run(tasksFor([one], "x [fake:append=more]"), {
    store,
    verify: "false",
  });
  const ref = report.tasks[0]?.evidence.parkedRef;
  const kept = await cleanRun({ repository, run: report.run, store });
  expect(kept).toEqual({ run: report.run, removed: [], kept: [{ what: ref, reason: "unmerged" }] });
  using reader = await store.read(repository, report.run);
  expect(existsSync(join(reader.folder, "report.json"))).toBe(true);
});
