import { reportToJson } from "@cluster/batch";
import { expect, test } from "vitest";
import { bench } from "../sample/sample-run.ts";

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
