import {
  type AttemptResult,
  keyTasks,
  type Outcome,
  type Spending,
  type Task,
  type TaskOutcome,
} from "@cluster/batch";
import { NO_EVIDENCE } from "../../src/attempt/no-evidence.ts";
import { NOTHING_SPENT } from "../../src/report/spending.ts";

/** So many tasks, each with a file of its own. */
export function sampleTasks(count: number): readonly Task[] {
  const inputs = Array.from({ length: count }, (_, index) => ({
    prompt: "do it",
    files: [`file-${index}.ts`],
  }));
  return keyTasks(inputs, { tool: "t", model: null, verify: null });
}

/** What an attempt left: an edit, for that many tokens and dollars. */
export function edited(
  commit: string,
  spent: Partial<Pick<AttemptResult["evidence"], "usage" | "costUsd">> = {},
): AttemptResult {
  const evidence = { ...NO_EVIDENCE, commit, ...spent };
  return { verdict: "edited", failure: null, evidence, outsideCommit: null };
}

export function outcomeOf(
  task: Task,
  outcome: Outcome,
  spent: Spending = NOTHING_SPENT,
): TaskOutcome {
  const { id, index, files } = task;
  return {
    task: id,
    index,
    files,
    outcome,
    reason: null,
    attempts: 1,
    instance: 0,
    tookMs: 1,
    evidence: NO_EVIDENCE,
    spent,
  };
}
