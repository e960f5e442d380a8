import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("drain lets running attempts end and land, and starts nothing new", async () => {
  await using sample = await bench({ files: 10 });
  await using run = await sample.start(tasksFor(sample.repository.files, "edit [fake:sleep=400]"));
  await waitFor(() => run.status().instances.filter(({ stage }) => stage === "turn").length === 2, {
    what: "both instances to be in their turns",
  });
  await sample.repository.git("switch", "-qc", "topic");
  run.drain();
  const report = await run.finished;
  const command = `git switch main && git merge cluster/${run.id}`;
  expect(report).toMatchObject({
    ok: false,
    end: "interrupted",
    counts: { landed: 2, cancelled: 8 },
    // The user went elsewhere meanwhile: what is copied brings it where the run began.
    delivery: { kind: "kept", reason: "the run was interrupted", command },
  });
  expect(await sample.repository.git("log", "--format=%s", "-1")).toBe("Begin");
  const branch = await sample.repository.git("log", "--format=%s", `cluster/${report.run}`);
  expect(branch.split("\n")).toHaveLength(3);
  expect(await sample.leftovers()).toEqual([]);
});

test("stop ends turns at once; what was landed stays, and what was half done is kept aside", async () => {
  await using sample = await bench({ files: 6 });
  const tasks = sample.repository.files.map((file, index) => ({
    prompt: index === 0 ? "edit" : "edit [fake:after-edit=hang]",
    files: [file],
  }));
  await using run = await sample.start(tasks);
  await waitFor(() => run.status().counts.landed === 1, { what: "the first to land" });
  await waitFor(() => run.status().instances.filter(({ stage }) => stage === "turn").length === 2, {
    what: "both instances to hang",
  });
  run.drain();
  run.stop();
  const report = await run.finished;
  expect(report).toMatchObject({ end: "interrupted", counts: { landed: 1, cancelled: 5 } });
  expect(await sample.repository.git("status", "--porcelain")).toBe("");
  expect(await sample.repository.git("diff", "--name-only", `main..cluster/${run.id}`)).toBe(
    sample.repository.files[0],
  );
  const parked = report.tasks.flatMap(({ evidence }) => evidence.parkedRef ?? []);
  expect(parked).toHaveLength(2);
  for (const ref of parked) expect(await sample.repository.git("show", ref)).toContain("DOC_ID");
  expect(await sample.leftovers()).toEqual([]);
});

test("a stop before the first instance is ready leaves nothing", async () => {
  await using sample = await bench({ files: 4 });
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"));
  run.stop();
  const report = await run.finished;
  expect(report).toMatchObject({ end: "interrupted", counts: { cancelled: 4 } });
  expect(report.delivery).toEqual({ kind: "nothing" });
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
  expect(await sample.leftovers()).toEqual([]);
});

test("a drain cuts waits for retries short, and the last failure is the outcome", async () => {
  await using sample = await bench({ files: 1 });
  await using run = await sample.start(tasksFor(sample.repository.files, "[fake:crash]"), {
    retryDelayMs: 3_600_000,
  });
  await waitFor(() => run.status().retries === 1, { what: "the wait for the retry" });
  run.drain();
  const report = await run.finished;
  expect(report.tasks[0]).toMatchObject({
    outcome: "tool-error",
    attempts: 1,
    reason: { failureClass: "crash" },
  });
});

test("a pause for quota is cut short by a drain", async () => {
  await using sample = await bench({ files: 4 });
  await using run = await sample.start(
    tasksFor(sample.repository.files, "[fake:fail=quota:900000]"),
  );
  await waitFor(() => run.status().pausedUntil !== null, { what: "the pause" });
  run.drain();
  const report = await run.finished;
  expect(report.counts.quota + report.counts.cancelled).toBe(4);
  expect(report.counts.quota).toBeGreaterThanOrEqual(1);
});

test("leaving the block of a run stops it", async () => {
  await using sample = await bench({ files: 4 });
  let finished: Promise<unknown>;
  {
    await using run = await sample.start(tasksFor(sample.repository.files, "[fake:hang]"));
    await waitFor(() => run.status().running === 2, { what: "two attempts" });
    finished = run.finished;
  }
  expect(await finished).toMatchObject({ end: "interrupted" });
  expect(await sample.leftovers()).toEqual([]);
});

test("a drain while the tool starts begins no turn", async () => {
  await using sample = await bench({
    files: 4,
    adapt: (tool) => ({ ...tool, command: () => new Promise<never>(() => {}) }),
  });
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"));
  await waitFor(() => run.status().instances.length === 2, { what: "both instances to start" });
  await waitFor(() => run.status().running === 2, { what: "two attempts that wait for a lease" });
  run.drain();
  const report = await run.finished;
  expect(report).toMatchObject({ end: "interrupted", counts: { cancelled: 4 } });
  expect(await sample.leftovers()).toEqual([]);
});

test("a drain ends an attempt that waits for its instance, and lets the turn that runs end", async () => {
  await using folder = await temporaryFolder();
  const gate = `${folder.path}/go`;
  await using sample = await bench({
    files: 4,
    adapt: (tool) => ({
      ...tool,
      // The second instance is never ready.
      command: (slot, request) =>
        slot.index === 0 ? tool.command(slot, request) : new Promise<never>(() => {}),
    }),
  });
  const verify = `touch ${folder.path}/reached; while [ ! -e ${gate} ]; do sleep 0.02; done`;
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"), { verify });
  await waitFor(() => existsSync(`${folder.path}/reached`) && run.status().running === 2, {
    what: "one attempt at work, and one that waits",
  });
  run.drain();
  await waitFor(() => run.status().counts.cancelled === 3, { what: "what waits to be cancelled" });
  await writeFile(gate, "");
  const report = await run.finished;
  expect(report).toMatchObject({ end: "interrupted", counts: { landed: 1, cancelled: 3 } });
  expect(await sample.leftovers()).toEqual([]);
});

test("a drain ends a retry that waits for its instance with the failure before it", async () => {
  let starts = 0;
  await using sample = await bench({
    files: 1,
    adapt: (tool) => ({
      ...tool,
      command: (slot, request) => {
        starts += 1;
        return starts === 1 ? tool.command(slot, request) : new Promise<never>(() => {});
      },
    }),
  });
  await using run = await sample.start(tasksFor(sample.repository.files, "[fake:crash]"));
  const stages: string[] = [];
  run.subscribe((event) => {
    if (event.type === "attempt.stage") stages.push(`${event.attempt} ${event.stage}`);
  });
  await waitFor(() => stages.includes("2 lease"), { what: "the second attempt" });
  run.drain();
  const report = await run.finished;
  expect(report.tasks[0]).toMatchObject({
    outcome: "tool-error",
    reason: { failureClass: "crash" },
  });
});

test("after a drain a refusal for quota pauses nobody", async () => {
  await using sample = await bench({ files: 2 });
  await using run = await sample.start(
    tasksFor(sample.repository.files, "[fake:sleep=300] [fake:fail=quota:900000]"),
  );
  const types: string[] = [];
  run.subscribe((event) => types.push(event.type));
  await waitFor(() => run.status().instances.filter(({ stage }) => stage === "turn").length === 2, {
    what: "both instances to be in their turns",
  });
  run.drain();
  const report = await run.finished;
  expect(report.counts.quota).toBe(2);
  expect(types).not.toContain("run.paused");
});
