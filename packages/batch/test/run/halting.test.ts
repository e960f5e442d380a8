import { ToolFailure } from "@cluster/batch";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("a key that the provider refuses stops the run after the first few", async () => {
  await using sample = await bench({ files: 30 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:fail=auth]"), {
    workers: 3,
  });
  expect(report).toMatchObject({ ok: false, end: "halted" });
  expect(report.haltReason).toContain("3 tasks in a row");
  expect(report.counts["tool-error"]).toBeGreaterThanOrEqual(3);
  expect(report.counts["tool-error"]).toBeLessThanOrEqual(6);
  expect(report.counts["tool-error"] + report.counts.cancelled).toBe(30);
  const cancelled = report.tasks.find(({ outcome }) => outcome === "cancelled");
  expect(cancelled?.reason?.message).toBe(report.haltReason);
  expect(await sample.leftovers()).toEqual([]);
});

test("what landed before a halt stays on the run's branch, with the command that lands it", async () => {
  await using sample = await bench({ files: 8 });
  const prompt = "[fake:only=page-001.md:append=first]";
  const failing = sample.repository.files
    .slice(1)
    .map((file) => ({ prompt: "[fake:fail=environment]", files: [file] }));
  const { report } = await sample.run(
    [{ prompt, files: sample.repository.files.slice(0, 1) }, ...failing],
    { workers: 1 },
  );
  expect(report).toMatchObject({
    end: "halted",
    counts: { landed: 1, "tool-error": 3, cancelled: 4 },
    delivery: { kind: "kept", command: `git merge cluster/${report.run}` },
  });
  expect(await sample.repository.git("log", "--format=%s", "-1")).toBe("Begin");
  const [, ...command] = (report.delivery.kind === "kept" ? report.delivery.command : "").split(
    " ",
  );
  await sample.repository.git(...command);
  expect(await sample.repository.read("docs/page-001.md")).toContain("first");
});

test("successes in between keep it going", async () => {
  await using sample = await bench({ files: 8 });
  const tasks = sample.repository.files.map((file, index) => ({
    prompt: index % 3 === 2 ? "edit" : "[fake:fail=auth]",
    files: [file],
  }));
  const { report } = await sample.run(tasks, { workers: 1 });
  expect(report).toMatchObject({ end: "complete", counts: { landed: 2, "tool-error": 6 } });
});

test("a provider that is down halts the run after its retries", async () => {
  await using sample = await bench({ files: 12 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "[fake:fail=overload]"), {
    workers: 2,
    haltAfter: 2,
  });
  expect(report.end).toBe("halted");
  expect(report.tasks[0]).toMatchObject({ outcome: "tool-error", attempts: 2 });
  expect(report.counts.cancelled).toBeGreaterThanOrEqual(8);
});

test("a tool that cannot be started halts the run at once, and no task is lost", async () => {
  await using sample = await bench({
    files: 10,
    adapt: (tool) => ({ ...tool, command: () => ({ file: "/nonexistent/agent" }) }),
  });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), { workers: 2 });
  expect(report.end).toBe("halted");
  expect(report.haltReason).toContain("/nonexistent/agent");
  expect(report.tasks).toHaveLength(10);
  expect(report.counts).toMatchObject({ "tool-error": 2, cancelled: 8 });
  expect(report.tasks[0]?.reason).toMatchObject({ failureClass: "environment" });
  expect(await sample.leftovers()).toEqual([]);
  // However few the tasks are.
  const one = await sample.run(tasksFor(sample.repository.files.slice(0, 1), "edit"));
  expect(one.report).toMatchObject({ end: "halted", counts: { "tool-error": 1 } });
});

test("an instance that crash-loops does not stop the others", async () => {
  await using sample = await bench({
    files: 8,
    adapt: (tool) => ({
      ...tool,
      command: (slot, request) =>
        slot.index === 0
          ? { file: process.execPath, args: ["-e", "process.exit(3)"] }
          : tool.command(slot, request),
    }),
  });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), { workers: 2 });
  expect(report).toMatchObject({ ok: true, counts: { landed: 8 } });
  expect(new Set(report.tasks.map(({ instance }) => instance))).toEqual(new Set([1]));
});

test("a run whose last tasks fail alike is complete, and what landed is delivered", async () => {
  await using sample = await bench({ files: 6 });
  const tasks = sample.repository.files.map((file, index) => ({
    prompt: index < 3 ? "edit" : "[fake:fail=overload]",
    files: [file],
  }));
  const { report, events } = await sample.run(tasks, { workers: 1, retries: 0 });
  expect(report).toMatchObject({
    ok: false,
    end: "complete",
    haltReason: null,
    counts: { landed: 3, "tool-error": 3 },
    delivery: { kind: "merged" },
  });
  expect(events.filter(({ type }) => type === "run.state")).toEqual([]);
  expect(await sample.repository.read("docs/page-001.md")).toContain("DOC_ID");
});

test("when no instance is left for the last task, what landed before it is delivered", async () => {
  await using sample = await bench({
    files: 2,
    adapt: (tool) => {
      let starts = 0;
      return {
        ...tool,
        command: (slot, request) => {
          starts += 1;
          return starts === 1 ? tool.command(slot, request) : { file: "/nonexistent/agent" };
        },
      };
    },
  });
  const [first = "", last = ""] = sample.repository.files;
  const { report } = await sample.run(
    [
      { prompt: "edit", files: [first] },
      { prompt: "[fake:crash]", files: [last] },
    ],
    { workers: 1 },
  );
  expect(report).toMatchObject({
    end: "complete",
    counts: { landed: 1, "tool-error": 1 },
    delivery: { kind: "merged" },
  });
});

test("a key that is missing at the start is told in the tool's words, as what it is", async () => {
  const message = "the tool did not start: no API keys were provided";
  const command = (): never => {
    throw new ToolFailure("auth", message);
  };
  await using sample = await bench({ files: 3, adapt: (tool) => ({ ...tool, command }) });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"));
  expect(report).toMatchObject({
    end: "halted",
    haltReason: `No instance is left to work with: ${message}`,
  });
  expect(report.tasks[0]?.reason).toMatchObject({ failureClass: "auth", message });
  expect(await sample.leftovers()).toEqual([]);
});
