import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("one reason that repeats halts the run", async () => {
  await using sample = await bench({ files: 8 });
  const tasks = tasksFor(sample.repository.files, "[fake:fail=context]");
  const { report } = await sample.run(tasks, { workers: 1, halt: { sameReason: 2 } });
  expect(report).toMatchObject({ end: "halted", counts: { "tool-error": 2, cancelled: 6 } });
  expect(report.haltReason).toContain("2 tasks failed for the same reason");
});

test("a count of failures halts the run, successes in between or not", async () => {
  await using sample = await bench({ files: 8 });
  const tasks = sample.repository.files.map((file, index) => ({
    prompt: index % 2 === 0 ? "[fake:fail=context]" : "Edit",
    files: [file],
  }));
  const { report } = await sample.run(tasks, { workers: 1, halt: { failures: 3 } });
  expect(report).toMatchObject({ end: "halted", counts: { "tool-error": 3, landed: 2 } });
});

test("below the floor of memory one turn is taken at a time, and that is told", async () => {
  await using sample = await bench({ files: 4 });
  const prompt = "Edit [fake:log][fake:sleep=20]";
  const { report, events } = await sample.run(tasksFor(sample.repository.files, prompt), {
    workers: 3,
    minFreeMemoryBytes: Number.MAX_SAFE_INTEGER,
  });
  expect(report).toMatchObject({ ok: true, counts: { landed: 4 } });
  expect(events.filter(({ type }) => type === "run.memory")).toMatchObject([{ low: true }]);
  const log = (await sample.agentLog()).map(({ what }) => what);
  expect(log).toEqual(Array.from({ length: 4 }, () => ["begun", "answered"]).flat());
});

test("an edit that was refused is made again, and the model is told why", async () => {
  await using sample = await bench({ files: 1 });
  const tasks = tasksFor(sample.repository.files, "Edit [fake:log][fake:first=1:append=wrong]");
  const verify = 'if grep wrong "$1"; then echo "there is a wrong word"; exit 1; fi';
  const untold = await sample.run(tasks, { verify });
  expect(untold.report.counts["verify-failed"]).toBe(1);
  const again = tasksFor(
    sample.repository.files,
    "Once more [fake:log][fake:first=1:append=a wrong one]",
  );
  const { report } = await sample.run(again, { verify, tellFailure: true });
  expect(report.tasks[0]).toMatchObject({ outcome: "landed", attempts: 2 });
  const told = (await sample.agentLog()).at(-1)?.message ?? "";
  expect(told).toContain("Once more");
  expect(told).toContain("there is a wrong word");
  const message = await sample.repository.git("log", "-1", "--format=%B");
  expect(message).not.toContain("wrong word");
});
