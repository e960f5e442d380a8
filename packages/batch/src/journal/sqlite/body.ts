import type { TaskOutcome } from "../../contract/evidence.ts";
import type { AttemptResult } from "../../contract/executor.ts";
import type { Step } from "../fencing.ts";
import type { Row } from "./row.ts";

/** What a step says beyond the columns of its row, as JSON. */
export function bodyOf(step: Step): string {
  if (step.type === "task.ended") return JSON.stringify(step.outcome);
  const { type: _type, task: _task, ...rest } = step;
  if ("token" in rest) {
    const { token: _token, ...said } = rest;
    return JSON.stringify(said);
  }
  return JSON.stringify(rest);
}

/** The step that a row was written for. */
export function stepOf(row: Pick<Row, "type" | "task" | "token" | "body">): Step {
  const said: unknown = JSON.parse(row.body);
  const { type, task, token } = row;
  if (type === "task.ended") {
    return { type, token: token === 0 ? null : token, outcome: said as TaskOutcome };
  }
  return { type, task, token, ...(said as object) } as Step;
}

/** The result that a step brings, if it brings one. */
export function resultOf(step: Step): AttemptResult | null {
  return step.type === "attempt.committed" || step.type === "attempt.failed" ? step.result : null;
}
