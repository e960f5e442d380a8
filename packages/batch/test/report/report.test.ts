import { reportToJson } from "@cluster/batch";
import { expect, test } from "vitest";
import { bench } from "../sample/sample-run.ts";
import { madeOutcome, madeReport } from "./made-report.ts";

test("failures are gathered by reason, whatever their file", async () => {
  await using sample = await bench({ files: 5 });
  const tasks = sample.repository.files.map((file, index) => ({
    prompt: ["[fake:fail=refused]", "[fake:fail=context]", "edit"][index % 3] as string,
    files: [file],
  }));
  const { report } = await sample.run(tasks);
  expect(report.failures.map(({ outcome, count }) => [outcome, count])).toEqual([
    ["tool-error", 2],
    ["tool-error", 2],
  ]);
  expect(report.tasks.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  expect(JSON.parse(reportToJson(report))).toEqual(report);
});

test("the speed is that of this session: what an earlier one did took none of its time", () => {
  const tasks = Array.from({ length: 19 }, (_, index) => madeOutcome(index, "landed"));
  expect(madeReport(tasks).tasksPerSecond).toBe(2);
  expect(madeReport(tasks, { endedBefore: 19 }).tasksPerSecond).toBe(0);
  expect(madeReport(tasks, { endedBefore: 9 }).tasksPerSecond).toBeCloseTo(10 / 9.5);
});

test("what was called off in its turn was not done, and makes nothing faster", () => {
  const tasks = [madeOutcome(0, "landed"), madeOutcome(1, "cancelled"), madeOutcome(2, "budget")];
  expect(madeReport(tasks).tasksPerSecond).toBeCloseTo(1 / 9.5);
});
