import { type AttemptResult, keyTasks, MemoryJournal, type TaskOutcome } from "@cluster/batch";
import { expect, test } from "vitest";
import { NO_EVIDENCE } from "../../src/attempt/no-evidence.ts";
import { NOTHING_SPENT } from "../../src/report/spending.ts";

const [TASK] = keyTasks([{ prompt: "do", files: ["a"] }], { tool: "t", model: null, verify: null });
if (TASK === undefined) throw new Error("There is one task.");
const { id } = TASK;

const EDITED: AttemptResult = {
  verdict: "edited",
  failure: null,
  evidence: { ...NO_EVIDENCE, commit: "c" },
  outsideCommit: null,
};

function ended(outcome: TaskOutcome["outcome"]): TaskOutcome {
  return {
    task: id,
    index: 0,
    files: ["a"],
    outcome,
    reason: null,
    attempts: 1,
    instance: 0,
    tookMs: 1,
    evidence: NO_EVIDENCE,
    spent: NOTHING_SPENT,
  };
}

async function planned(): Promise<MemoryJournal> {
  const journal = new MemoryJournal();
  await journal.plan([TASK as NonNullable<typeof TASK>]);
  return journal;
}

test("tokens only grow, and planning again forgets nothing", async () => {
  const journal = await planned();
  expect(await journal.open(id)).toBe(1);
  expect(await journal.open(id)).toBe(2);
  await journal.plan([TASK as NonNullable<typeof TASK>]);
  expect(await journal.open(id)).toBe(3);
});

test("a stale attempt's outcome is refused, the newest one's is recorded", async () => {
  const journal = await planned();
  const stale = await journal.open(id);
  const newest = await journal.open(id);
  const record = (token: number | null) =>
    journal.record({ type: "task.ended", token, outcome: ended("landed") });
  await expect(record(stale)).rejects.toMatchObject({ code: "ATTEMPT_FENCED" });
  await expect(record(null)).rejects.toMatchObject({ code: "ATTEMPT_FENCED" });
  await expect(
    journal.record({ type: "attempt.committed", task: id, token: stale, result: EDITED }),
  ).rejects.toMatchObject({ code: "ATTEMPT_FENCED" });
  await record(newest);
  expect([...journal.entries()][0]).toMatchObject({ token: 2, outcome: { outcome: "landed" } });
});

test("an outcome is recorded once", async () => {
  const journal = await planned();
  const token = await journal.open(id);
  await journal.record({ type: "task.ended", token, outcome: ended("landed") });
  await expect(
    journal.record({ type: "task.ended", token, outcome: ended("cancelled") }),
  ).rejects.toMatchObject({ code: "ATTEMPT_FENCED" });
  await expect(journal.open(id)).rejects.toMatchObject({ code: "ATTEMPT_FENCED" });
});

test("a task that was not planned is unknown", async () => {
  const journal = await planned();
  await expect(journal.open("other")).rejects.toMatchObject({ code: "JOURNAL_UNKNOWN_TASK" });
});
