import { LocalRunStore, openRepository, type RunEvent, resumeRun } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

/** What may cost money: a turn that the pool has begun. */
function isTurn(event: RunEvent): boolean {
  return event.type === "pool" && event.event.type === "turn.started";
}

function isDispatch(event: RunEvent): boolean {
  return event.type === "attempt.started" || isTurn(event);
}

/** From each opening of a breaker to the end of its wait. */
function pauses(events: readonly RunEvent[]): (readonly RunEvent[])[] {
  return events.flatMap((event, from) => {
    if (event.type !== "run.paused") return [];
    const length = events.slice(from + 1).findIndex(({ type }) => type === "run.probing");
    return [events.slice(from + 1, length < 0 ? undefined : from + 1 + length)];
  });
}

test("nothing is dispatched between the first refusal and the probe, nor beside the probe", async () => {
  await using sample = await bench({
    files: 12,
    adapt: (tool) => ({ ...tool, capabilities: { quickStart: true } }),
  });
  const prompt = "Edit [fake:log][fake:sleep=20][fake:turns=4-8:fail=quota:150]";
  const { report, events } = await sample.run(tasksFor(sample.repository.files, prompt), {
    workers: 3,
    retries: 0,
  });
  expect(report).toMatchObject({ ok: true, counts: { landed: 12 } });
  const held = pauses(events);
  // Of the five that were refused, three at most were under way together.
  expect(held.length).toBeGreaterThanOrEqual(3);
  expect(held.flat().filter(isDispatch)).toEqual([]);
  const refusal = events.findIndex(
    ({ type, ...event }) =>
      type === "pool" && JSON.stringify(event).includes("told to fail with quota"),
  );
  const paused = events.findIndex(({ type }) => type === "run.paused");
  expect(events.slice(refusal, paused).filter(isDispatch)).toEqual([]);
  const answered = events.findIndex(({ type }) => type === "run.continued");
  for (const [at, event] of events.entries()) {
    if (event.type !== "run.probing") continue;
    const next = events.slice(at).findIndex(({ type }) => /paused|continued/.test(type));
    expect(events.slice(at, at + next).filter(isTurn)).toHaveLength(1);
  }
  expect(answered).toBeGreaterThan(paused);
  // The agents saw no turn that the events do not tell.
  const begun = (await sample.agentLog()).filter(({ what }) => what === "begun");
  expect(begun).toHaveLength(events.filter(isTurn).length);
  expect(begun).toHaveLength(12 + 5);
  // It gets fewer turns at once from then on.
  const limits = events.flatMap((event) => (event.type === "run.concurrency" ? [event.limit] : []));
  expect(limits[0]).toBe(1);
  expect(await sample.leftovers()).toEqual([]);
});

test("fewer turns at once after refusals, and more again as the provider answers", async () => {
  await using sample = await bench({ files: 24 });
  const prompt = "Edit [fake:sleep=10][fake:turns=1-1:fail=quota:20]";
  const { report, events } = await sample.run(tasksFor(sample.repository.files, prompt), {
    workers: 4,
    retries: 0,
  });
  expect(report.ok).toBe(true);
  const limits = events.flatMap((event) => (event.type === "run.concurrency" ? [event.limit] : []));
  expect(limits).toEqual([2, 3, 4]);
  let limit = 4;
  let underWay = 0;
  for (const event of events) {
    if (event.type === "run.concurrency") limit = event.limit;
    if (event.type !== "pool") continue;
    if (event.event.type === "turn.started") {
      underWay += 1;
      expect(underWay).toBeLessThanOrEqual(Math.max(limit, 1));
    }
    if (event.event.type === "turn.ended") underWay -= 1;
  }
});

test("with pause the run ends, and is gone on with without a retry spent", async () => {
  await using folder = await temporaryFolder();
  await using sample = await bench({ files: 6 });
  const store = new LocalRunStore({ folder: folder.path });
  const prompt = "Edit [fake:turns=3:fail=quota:3600000]";
  const { report, events } = await sample.run(tasksFor(sample.repository.files, prompt), {
    store,
    retries: 0,
    onQuota: "pause",
  });
  // Nobody waits for any time, and none is told.
  expect(pauses(events)).toEqual([]);
  expect(events).toContainEqual(
    expect.objectContaining({
      type: "run.state",
      reason: expect.stringMatching(
        /^The provider refuses for quota: the run ends, to be resumed\. /,
      ),
    }),
  );
  expect(report).toMatchObject({ end: "quota", ok: false, delivery: { kind: "kept" } });
  expect(report.haltReason).toContain("told to fail with quota");
  expect(report.counts.landed + report.counts.quota).toBe(6);
  expect(report.counts.quota).toBeGreaterThanOrEqual(1);
  await using resumed = await resumeRun({
    repository: await openRepository(sample.repository.path, { directory: sample.worktrees }),
    run: "last",
    store,
    tool: sample.tool,
    retries: 0,
  });
  expect((await resumed.finished).counts).toMatchObject({ landed: 6, quota: 0 });
});

test("with switchTo the tasks go on with the other model, those that were ready among them", async () => {
  await using sample = await bench({
    files: 8,
    adapt: (tool) => ({ ...tool, capabilities: { quickStart: true } }),
  });
  const prompt = "Edit [fake:log][fake:sleep=20][fake:model=big:fail=quota:3600000]";
  const { report, events } = await sample.run(tasksFor(sample.repository.files, prompt), {
    model: "big",
    onQuota: { switchTo: "small" },
    retries: 0,
    workers: 2,
  });
  expect(report).toMatchObject({ ok: true, counts: { landed: 8 } });
  const switched = events.filter(({ type }) => type === "run.switched");
  expect(switched).toMatchObject([{ model: "big", to: "small" }]);
  const models = (await sample.agentLog())
    .filter(({ what }) => what === "begun")
    .map(({ model }) => model);
  expect(models.filter((model) => model === "small")).toHaveLength(8);
  // Not more than were under way when the first was refused.
  expect(models.filter((model) => model === "big").length).toBeLessThanOrEqual(2);
});

test("tasks of another model go on while one refuses", async () => {
  await using sample = await bench({ files: 8 });
  const prompt = "Edit [fake:log][fake:turns=1-1:model=big:fail=quota:3000]";
  const tasks = sample.repository.files.map((file, index) => ({
    prompt: index < 4 ? prompt : "Edit [fake:log]",
    files: [file],
    model: index < 4 ? "big" : "small",
  }));
  const { report, events } = await sample.run(tasks, { retries: 0, workers: 2 });
  expect(report).toMatchObject({ ok: true, counts: { landed: 8 } });
  const paused = events.findIndex(({ type }) => type === "run.paused");
  const probing = events.findIndex(({ type }) => type === "run.probing");
  const landedMeanwhile = events
    .slice(paused, probing)
    .filter((event) => event.type === "task.ended" && event.outcome.outcome === "landed");
  expect(landedMeanwhile.length).toBeGreaterThanOrEqual(1);
});

test("a task that alone is refused keeps the others from nothing, and ends for its quota", async () => {
  await using sample = await bench({ files: 5 });
  const prompt = "Edit [fake:only=page-001.md:fail=quota:5]";
  const { report } = await sample.run(tasksFor(sample.repository.files, prompt), { workers: 1 });
  expect(report).toMatchObject({ end: "complete", counts: { landed: 4, quota: 1 } });
  expect(report.tasks[0]?.attempts).toBe(6);
});

test("a provider that never answers is not waited for without end", async () => {
  await using sample = await bench({ files: 3 });
  const { report, events } = await sample.run(
    tasksFor(sample.repository.files, "[fake:fail=quota:5]"),
    { workers: 1 },
  );
  expect(report).toMatchObject({ end: "quota", counts: { quota: 3 } });
  expect(report.haltReason).toContain("after 5 waits");
  expect(events.filter(isTurn)).toHaveLength(6);
});
