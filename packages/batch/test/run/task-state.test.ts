import type { AttemptRecord, Sequel } from "@cluster/batch";
import { expect, test } from "vitest";
import { NO_EVIDENCE } from "../../src/attempt/no-evidence.ts";
import { TaskState } from "../../src/run/task-state.ts";

const task = { id: "t", index: 0, prompt: "x", files: ["a.md"] };

function attempt(token: number, tool: string, sequel: Sequel | null): AttemptRecord {
  const evidence = { ...NO_EVIDENCE, tool };
  const result = { verdict: "failed", failure: null, evidence, outsideCommit: null } as const;
  return {
    ...{ token, tool, openedAt: token, committed: false, end: null, sequel },
    result: sequel === null ? null : result,
  };
}

function restored(...attempts: readonly AttemptRecord[]): TaskState {
  const token = attempts.length;
  return TaskState.restored({ task, token, outcome: null, withdrawn: false }, attempts);
}

test("a task that was killed in the middle of a fail-over does not go back to whom it left", () => {
  const state = restored(attempt(1, "refused", "fail-over"), attempt(2, "other", null));
  expect([...state.excluded]).toEqual(["refused"]);
  expect(state).toMatchObject({ pinned: null, retries: 0, token: 2 });
  // Of the attempt that was cut short, only who made it is known.
  const { byTool, spent } = state.outcome("cancelled", null, 0);
  expect(byTool).toMatchObject([
    { tool: "refused", attempts: 1, spent: { costUsd: 0 } },
    { tool: "other", attempts: 1, spent: { costUsd: "unknown", usage: "unknown" } },
  ]);
  expect(spent).toMatchObject({ costUsd: "unknown", knownCostUsd: 0 });
});

test("a task whose retry was cut short is tried again with the same tool", () => {
  const state = restored(attempt(1, "a", "fail-over"), attempt(2, "b", "retry"));
  expect(state).toMatchObject({ pinned: "b", retries: 1 });
});
