import { foldRun, initialRunStatus, type RunEvent } from "@cluster/batch";
import { expect, test } from "vitest";
import { bench } from "../sample/sample-run.ts";

test("total = ended + running + queued at every event, and the fold is what status() says", async () => {
  await using sample = await bench({ files: 8 });
  const prompts = ["edit", "[fake:no-change]", "[fake:first=1:crash]", "[fake:fail=refused]"];
  const tasks = sample.repository.files.map((file, index) => ({
    prompt: prompts[index % prompts.length] as string,
    files: [file],
  }));
  await using run = await sample.start(tasks);
  let folded = initialRunStatus(run.id);
  const broken: RunEvent[] = [];
  run.subscribe((event) => {
    folded = foldRun(folded, event);
    const { total, ended, running, queued, attempts, counts } = folded;
    const counted = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const sound =
      total === ended + running + queued &&
      ended === counted &&
      running === attempts.length &&
      queued >= 0 &&
      running <= run.workers + attempts.filter(({ stage }) => stage === "landing").length;
    if (!sound) broken.push(event);
  });
  const report = await run.finished;

  expect(broken).toEqual([]);
  expect(folded).toEqual(run.status());
  expect(folded).toMatchObject({ state: "ended", total: 8, ended: 8, running: 0, queued: 0 });
  expect(folded.counts).toEqual(report.counts);
  expect(folded.retries).toBe(2);
  expect(folded.knownCostUsd).toBeCloseTo(report.knownCostUsd);
  expect(folded.instances.map(({ instance, task }) => [instance, task])).toEqual([
    [0, null],
    [1, null],
  ]);
});

test("while it works, the status tells what each instance does", async () => {
  await using sample = await bench({ files: 2 });
  const prompt = "[fake:sleep=500]";
  await using run = await sample.start(
    sample.repository.files.map((file) => ({ prompt, files: [file] })),
  );
  const busy = await new Promise((resolve) => {
    run.subscribe(() => {
      const working = run.status().instances.filter(({ stage }) => stage === "turn");
      if (working.length === 2) resolve(working.map(({ files }) => files[0]).sort());
    });
  });
  expect(busy).toEqual(sample.repository.files);
  await run.finished;
});
