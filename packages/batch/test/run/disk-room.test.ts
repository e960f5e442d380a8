import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

const FILES = { "a.md": "# A\n", "b.md": "# B\n", "c.md": "# C\n" };
const EACH = 3 * 4096;

test("where not all worktrees have room, fewer workers do it all, and the report says so", async () => {
  await using sample = await bench({ files: FILES });
  const { report } = await sample.run(tasksFor(Object.keys(FILES), "edit"), {
    workers: 3,
    maxWorktreeBytes: 2 * EACH,
  });
  expect(report).toMatchObject({ workers: 2, counts: { landed: 3 } });
  expect(report.warnings.join()).toMatch(
    /room for 2 of 3 workers: a worktree takes about 12\.3 kB/,
  );
});

test("more workers than have room are not started while a run goes on", async () => {
  await using sample = await bench({ files: FILES });
  const run = await sample.start(tasksFor(Object.keys(FILES), "edit"), {
    workers: 1,
    maxWorktreeBytes: 2 * EACH,
  });
  run.scale(3);
  expect(run.workers).toBe(2);
  expect((await run.finished).counts.landed).toBe(3);
});

test("where none has room, the run does not begin and leaves nothing", async () => {
  await using sample = await bench({ files: FILES });
  await expect(
    sample.start(tasksFor(Object.keys(FILES), "edit"), { maxWorktreeBytes: EACH - 1 }),
  ).rejects.toMatchObject({ code: "DISK_LIMIT" });
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
  expect(await sample.leftovers()).toEqual([]);
});
