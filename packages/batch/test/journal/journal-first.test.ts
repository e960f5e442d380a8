import { type Journal, MemoryJournal, type RunEvent, type TaskTransition } from "@cluster/batch";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

/** A journal in memory that can be watched, and told to fail. */
function watched(onRecord: (transition: TaskTransition) => void): Journal {
  return new (class extends MemoryJournal {
    override async record(transition: TaskTransition): Promise<void> {
      onRecord(transition);
      await super.record(transition);
    }
  })();
}

test("an outcome is in the journal before anybody hears of it", async () => {
  await using sample = await bench({ files: 4 });
  const order: string[] = [];
  const journal = watched((transition) => {
    if (transition.type === "task.ended") order.push(`recorded ${transition.outcome.task}`);
  });
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"), { journal });
  run.subscribe((event: RunEvent) => {
    if (event.type === "task.ended") order.push(`published ${event.outcome.task}`);
  });
  const report = await run.finished;
  for (const { task } of report.tasks) {
    expect(order.indexOf(`recorded ${task}`)).toBeGreaterThanOrEqual(0);
    expect(order.indexOf(`recorded ${task}`)).toBeLessThan(order.indexOf(`published ${task}`));
  }
});

test("a journal that fails ends the run with an error; what turns had edited stays where it is", async () => {
  await using sample = await bench({ files: 6 });
  const journal = watched((transition) => {
    if (transition.type === "task.ended") throw new Error("the journal's disk is gone");
  });
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"), { journal });
  const error = await run.finished.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "RUN_FAILED" });
  expect(String(error)).toContain("the journal's disk is gone");
  // What landed without being recorded is not brought to the user's branch.
  expect(await sample.repository.git("log", "--format=%s", "-1")).toBe("Begin");
  // Nobody has recorded what the worktrees hold, so they are not removed. Nothing else is left.
  const left = await sample.leftovers();
  expect(left.filter((what) => !what.startsWith(`worktree ${sample.worktrees}`))).toEqual([]);
  expect(left).not.toEqual([]);
});

test("a subscriber that throws is a warning in the report", async () => {
  await using sample = await bench({ files: 1 });
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"));
  run.subscribe(() => {
    throw new Error("my display broke");
  });
  const report = await run.finished;
  expect(report).toMatchObject({ ok: true });
  expect(report.warnings).toEqual(["A subscriber threw: Error: my display broke"]);
});
