import { readdir } from "node:fs/promises";
import type { TaskInput } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench } from "../sample/sample-run.ts";

type Tool = Awaited<ReturnType<typeof bench>>["tool"];

/** The same tool by another name, which counts its starts. */
function counted(tool: Tool): Tool & { starts: number } {
  const other = {
    ...tool,
    name: "counted",
    starts: 0,
    command: (...args: Parameters<Tool["command"]>) => {
      other.starts += 1;
      return tool.command(...args);
    },
  };
  return other;
}

test("each task is done by the tool that it names, and they share the workers", async () => {
  await using sample = await bench({ files: 8 });
  await using folder = await temporaryFolder();
  const other = counted(sample.tool);
  const tasks = sample.repository.files.map(
    (file, i): TaskInput => ({
      prompt: i === 3 ? "[fake:first=1:crash]" : "[fake:sleep=20]",
      files: [file],
      ...(i % 2 === 1 ? { tool: "other" } : {}),
    }),
  );
  const { report, events } = await sample.run(tasks, {
    tools: { other, unused: counted(sample.tool) },
    workers: 2,
    transcripts: folder.path,
  });
  expect(report).toMatchObject({ ok: true, counts: { landed: 8 } });
  // Two instances of each tool, one start more for the crash; what nobody names is not started.
  expect(other.starts).toBe(3);
  // Every second number is of the second tool.
  for (const { index, instance } of report.tasks) expect((instance ?? -1) % 2).toBe(index % 2);
  expect(report.tasks[3]?.attempts).toBe(2);
  expect((await readdir(folder.path)).sort()).toEqual(["other", "sample-agent"]);
  let [turns, most] = [0, 0];
  const inTurn = new Set<string>();
  for (const event of events) {
    if (event.type === "attempt.stage") {
      if (event.stage === "turn") inTurn.add(event.task);
      else inTurn.delete(event.task);
      turns = inTurn.size;
    }
    if (event.type === "attempt.ended") inTurn.delete(event.task);
    most = Math.max(most, turns);
  }
  expect(most).toBeLessThanOrEqual(2);
  expect(await sample.leftovers()).toEqual([]);
});

test("a tool that the run was not given is refused before anything begins", async () => {
  await using sample = await bench({ files: 1 });
  const [file = ""] = sample.repository.files;
  const start = (tool: string, tools?: Record<string, Tool>) =>
    sample.start([{ prompt: "x", files: [file], tool }], tools === undefined ? {} : { tools });
  await expect(start("nobody", { other: sample.tool })).rejects.toMatchObject({
    code: "TOOL_UNKNOWN",
    message: expect.stringMatching(/Task 1 of 1: .*\(sample-agent, other\), found "nobody"/),
  });
  await expect(start("other", { other: {} as Tool })).rejects.toMatchObject({
    code: "OPTION_INVALID",
  });
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
});

test("the run's own tool may be named, and need not be used", async () => {
  await using sample = await bench({ files: 2 });
  const [a = "", b = ""] = sample.repository.files;
  const main = counted(sample.tool);
  const other = counted(sample.tool);
  const own = await sample.run([{ prompt: "x", files: [a], tool: "counted" }], { tool: main });
  expect(own.report.ok).toBe(true);
  expect(main.starts).toBeGreaterThan(0);
  main.starts = 0;
  const tasks = [{ prompt: "y", files: [b], tool: "other" }];
  const { report } = await sample.run(tasks, { tool: main, tools: { other } });
  expect(report.ok).toBe(true);
  expect(main.starts).toBe(0);
});
