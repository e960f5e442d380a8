import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { tasksFor } from "../sample/sample-run.ts";
import { pages, plainBench } from "./plain-bench.ts";

test("a run that is scaled down while tasks wait for one file comes to its end", async () => {
  await using bench = await plainBench({ "a.md": "", "b.md": "" });
  const words = ["1", "2", "3", "4", "5", "6", "7", "8"];
  const tasks = words.map((word) => ({
    prompt: `[fake:no-change] [fake:sleep=20] [fake:append=${word}\\n]`,
    files: ["a.md"],
  }));
  await using run = await bench.start(tasks, { workers: 4 });
  run.subscribe((event) => {
    if (event.type === "task.ended") run.scale(run.workers === 1 ? 4 : 1);
  });
  expect((await run.finished).counts.landed).toBe(8);
  expect((await bench.read("a.md")).trim().split("\n").sort()).toEqual(words);
});

test("a task that waits for a file leaves its instance to others", async () => {
  await using bench = await plainBench({ "a.md": "", "b.md": "", "c.md": "" });
  const tasks = [
    { prompt: "[fake:hang]", files: ["a.md"] },
    { prompt: "[fake:hang]", files: ["a.md", "b.md"] },
    { prompt: "edit", files: ["c.md"] },
  ];
  await using run = await bench.start(tasks, { workers: 2 });
  await waitFor(() => run.status().counts.landed === 1, { what: "the third task to land" });
  run.stop();
  expect((await run.finished).counts).toMatchObject({ landed: 1, cancelled: 2 });
  expect(await bench.leftovers()).toEqual([]);
});

test("paused with files locked, and continued", async () => {
  await using bench = await plainBench({ "a.md": "" });
  const tasks = ["1", "2", "3"].map((word) => ({
    prompt: `[fake:no-change] [fake:append=${word}\\n]`,
    files: ["a.md"],
  }));
  await using run = await bench.start(tasks);
  run.pause();
  const started = new Set<string>();
  const allStarted = Promise.withResolvers<void>();
  run.subscribe((event) => {
    if (event.type !== "attempt.started") return;
    started.add(event.task);
    if (started.size === 3) allStarted.resolve();
  });
  await allStarted.promise;
  run.continue();
  expect((await run.finished).counts.landed).toBe(3);
});

test("the check of the whole run sees the folder, and what it refuses stays in place, to be undone", async () => {
  await using bench = await plainBench(pages(2));
  const report = await bench.run(tasksFor(Object.keys(pages(2)), "edit"), {
    verifyRun: "grep -q DOC_ID page-1.md page-2.md && exit 3",
  });
  expect(report).toMatchObject({ ok: false, counts: { landed: 2 } });
  expect(report.warnings.join("\n")).toContain("exited with code 3");
  expect(report.delivery.kind).toBe("in-place");
});
