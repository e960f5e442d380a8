import type { RunEvent, RunOptions } from "@cluster/batch";
import { expect, test } from "vitest";
import { type Bench, bench, tasksFor } from "../sample/sample-run.ts";

/** The most that were so far at once: turns, and instances that the pool has. */
function most(events: readonly RunEvent[]): { readonly turns: number; readonly instances: number } {
  let running = 0;
  let turns = 0;
  const instances = new Set<number>();
  for (const event of events) {
    if (event.type !== "pool") continue;
    instances.add("instance" in event.event ? (event.event.instance ?? 0) : 0);
    if (event.event.type === "turn.started") running += 1;
    if (event.event.type === "turn.ended") running -= 1;
    turns = Math.max(turns, running);
  }
  return { turns, instances: instances.size };
}

function quick(files: number): Promise<Bench> {
  return bench({
    files,
    adapt: (tool) => ({ ...tool, capabilities: { quickStart: true } }),
  });
}

test("where a process costs little, the next tasks get ready ahead, and no more turns are taken at once", async () => {
  await using sample = await quick(6);
  const tasks = tasksFor(sample.repository.files, "Add a DOC_ID [fake:sleep=100]");
  const { report, events } = await sample.run(tasks, { workers: 1 });
  expect(report).toMatchObject({ ok: true, workers: 1, counts: { landed: 6 } });
  expect(most(events)).toEqual({ turns: 1, instances: 2 });
  expect(await sample.leftovers()).toEqual([]);
});

test.each([
  ["tasks may change the same file", {}, (files: readonly string[]) => [...files, files[0] ?? ""]],
  ["changes elsewhere may land", { allowOutside: true }, (files: readonly string[]) => files],
  ["the context stays", { context: "reset" }, (files: readonly string[]) => files],
] as const)(
  "none gets ready ahead where %s",
  async (_why, options: Partial<RunOptions>, choose) => {
    await using sample = await quick(5);
    const tasks = tasksFor(choose(sample.repository.files), "Add a DOC_ID");
    const { events } = await sample.run(tasks, { workers: 2, ...options });
    expect(most(events).instances).toBe(2);
  },
);

test("a run that halts or drains ends before the turn of what is ready", async () => {
  await using sample = await quick(6);
  const { files } = sample.repository;
  const failing = tasksFor(files, "x [fake:fail=auth]");
  const halted = await sample.run(failing, { workers: 1, haltAfter: 2 });
  expect(halted.report.counts).toMatchObject({ "tool-error": 2, cancelled: 4 });

  await using run = await sample.start(tasksFor(files, "x [fake:sleep=50]"), { workers: 1 });
  run.subscribe((event) => {
    if (event.type === "pool" && event.event.type === "turn.started") run.drain();
  });
  expect((await run.finished).counts).toMatchObject({ landed: 1, cancelled: 5 });
  expect(await sample.leftovers()).toEqual([]);
});

test("a process that is gone before the turn of its task costs no attempt", async () => {
  await using sample = await quick(4);
  await using run = await sample.start(tasksFor(sample.repository.files, "x [fake:sleep=300]"), {
    workers: 1,
    retries: 0,
  });
  const pids = new Map<number, number>();
  let working: number | null = null;
  let killed = 0;
  run.subscribe((event) => {
    if (event.type !== "pool") return;
    if (event.event.type === "process.ready") pids.set(event.event.instance, event.event.pid);
    if (event.event.type === "turn.started") working = event.event.instance;
    for (const [instance, pid] of pids) {
      // The one that waits with the next task; its spare, if there is one yet, takes over.
      if (working === null || instance === working || killed >= 2) continue;
      pids.delete(instance);
      killed += 1;
      process.kill(pid, "SIGKILL");
    }
  });
  const { tasks, counts } = await run.finished;
  expect(killed).toBe(2);
  expect(counts.landed).toBe(4);
  expect(tasks.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
});
