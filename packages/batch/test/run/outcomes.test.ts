import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("every file's edit is landed as a commit with trailers, and delivered", async () => {
  await using sample = await bench({ files: 6 });
  const { report, events } = await sample.run(tasksFor(sample.repository.files, "Add a DOC_ID"));

  expect(report).toMatchObject({ ok: true, end: "complete", counts: { landed: 6 } });
  expect(report.delivery.kind).toBe("merged");
  for (const file of sample.repository.files) {
    expect(await sample.repository.read(file)).toContain("DOC_ID");
  }
  const log = await sample.repository.git("log", "--format=%(trailers:only,unfold)", "-6");
  expect(log.match(/Cluster-Task: /g)).toHaveLength(6);
  expect(log).toContain(`Cluster-Run: ${report.run}`);
  expect(log).toContain("Cluster-Tool: sample-agent");
  expect(log).toContain("Cluster-Attempt: 1");
  expect(report.costUsd).toBeCloseTo(0.006);
  expect(events.at(0)?.type).toBe("run.started");
  expect(events.at(-1)?.type).toBe("run.ended");
  expect(await sample.leftovers()).toEqual([]);
});

test("a turn that changes nothing is no-change, and fails the run only where a change is required", async () => {
  await using sample = await bench({ files: 1 });
  const tasks = tasksFor(sample.repository.files, "[fake:no-change]");
  const { report } = await sample.run(tasks);
  expect(report).toMatchObject({ ok: true, counts: { "no-change": 1, landed: 0 } });
  expect(report.tasks[0]?.reason).toBeNull();
  expect(report.delivery).toEqual({ kind: "nothing" });
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");

  const strict = await sample.run(tasks, { requireChange: true });
  expect(strict.report).toMatchObject({ ok: false, counts: { "no-change": 1 } });
  expect(strict.report.tasks[0]?.reason?.message).toBe(
    "It changed nothing, and a change was required.",
  );
});

test("an edit that is only claimed is no-change, and the claim is named", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:claim-only]"));
  expect(report.counts).toMatchObject({ "no-change": 1, landed: 0 });
  expect(report.tasks[0]?.evidence.claimedEdits).toEqual(sample.repository.files);
  expect(report.tasks[0]?.reason?.message).toContain("git sees no change");
});

test("a success that nothing proves is unproven", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:fail=unproven]"));
  expect(report.tasks[0]).toMatchObject({ outcome: "unproven", attempts: 2 });
});

test("a hanging turn is a timeout, and its instance serves the next task", async () => {
  await using sample = await bench({ files: 2 });
  const [first = "", second = ""] = sample.repository.files;
  const { report } = await sample.run(
    [
      { prompt: "[fake:hang]", files: [first] },
      { prompt: "edit", files: [second] },
    ],
    { workers: 1, timeoutMs: 300, retries: 0 },
  );
  expect(report.tasks[0]).toMatchObject({
    outcome: "timeout",
    reason: { failureClass: "timeout", code: "TURN_TIMEOUT" },
  });
  expect(report.tasks[1]?.outcome).toBe("landed");
});

test("silence is a timeout too, with a deadline of its own", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:hang-deaf]"), {
    idleTimeoutMs: 300,
    retries: 0,
  });
  expect(report.tasks[0]).toMatchObject({
    outcome: "timeout",
    reason: { code: "TURN_IDLE_TIMEOUT" },
  });
  expect(await sample.leftovers()).toEqual([]);
});

test("a crash in the turn is a tool-error with the class and the tool's last words", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:crash=7]"), {
    retries: 0,
  });
  expect(report.tasks[0]).toMatchObject({
    outcome: "tool-error",
    attempts: 1,
    reason: { failureClass: "crash", code: "PROCESS_EXITED" },
  });
  expect(report.tasks[0]?.reason?.message).toContain("told to crash");
  expect(report.costUsd).toBe("unknown");
});

test("a deletion is an edit", async () => {
  await using sample = await bench({ files: 2 });
  const [file = ""] = sample.repository.files;
  const { report } = await sample.run(tasksFor([file], "[fake:delete]"));
  expect(report.tasks[0]?.evidence.changes).toMatchObject([{ path: file, status: "deleted" }]);
  expect(await sample.repository.git("ls-files")).not.toContain(file);
});

test("a task that names no file may change any", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run([{ prompt: "[fake:write=new/file.txt:hello]", files: [] }]);
  expect(report.counts.landed).toBe(1);
  expect(await sample.repository.read("new/file.txt")).toBe("hello");
});

test("secrets appear in no event and not in the report", async () => {
  await using sample = await bench({ files: 1 });
  const events: string[] = [];
  const prompt = "[fake:fail=malformed] [fake:ask=sk-very-secret]";
  await using run = await sample.start(tasksFor(sample.repository.files, prompt), {
    secrets: ["sk-very-secret", "told to fail with"],
    retries: 0,
  });
  run.subscribe((event) => events.push(JSON.stringify(event)));
  const report = await run.finished;
  expect(report.tasks[0]?.reason?.message).toContain("[redacted] malformed");
  expect(events.join("\n")).not.toContain("told to fail with");
});
