import type { AttemptRecord } from "../contract/journal.ts";
import type { Step } from "./fencing.ts";

/** The attempts at a task, after one more step of it that was taken at `at`. */
export function attemptsAfter(
  attempts: readonly AttemptRecord[],
  step: Step,
  at: number,
): readonly AttemptRecord[] {
  if (step.type === "attempt.opened") {
    const open = { result: null, committed: false, sequel: null, end: null };
    const { token, tool } = step;
    return [...attempts, { token, openedAt: at, ...(tool === undefined ? {} : { tool }), ...open }];
  }
  const last = attempts.at(-1);
  if (last === undefined) return attempts;
  if (step.type === "attempt.committed") {
    return [...attempts.slice(0, -1), { ...last, result: step.result, committed: true }];
  }
  if (step.type === "attempt.failed") {
    const { sequel, outcome, reason } = step;
    const result = step.result ?? last.result;
    const end = { outcome, reason };
    return [...attempts.slice(0, -1), { ...last, result, committed: false, sequel, end }];
  }
  if (step.type === "task.ended" && step.outcome.outcome === "landed") {
    return [...attempts.slice(0, -1), { ...last, landed: true }];
  }
  return attempts;
}
