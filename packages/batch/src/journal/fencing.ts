import type { TaskTransition, Transition } from "../contract/journal.ts";
import type { Outcome } from "../contract/outcome.ts";
import { fenced } from "./refusals.ts";

/** What decides whether a transition of a task is taken. */
export interface Standing {
  /** Of its newest attempt; 0 before the first. */
  readonly token: number;
  /** `null` while it has none, or was reopened. */
  readonly outcome: Outcome | null;
  readonly withdrawn: boolean;
}

/** A step that a task which was planned takes. */
export type Step = TaskTransition | Extract<Transition, { readonly type: "attempt.opened" }>;

/** The step that opens an attempt. */
export function openingOf(task: string, token: number, tool: string | undefined): Step {
  return { type: "attempt.opened", task, token, ...(tool === undefined ? {} : { tool }) };
}

/** The task that a step is one of. */
export function taskOf(step: Step): string {
  return step.type === "task.ended" ? step.outcome.task : step.task;
}

/**
 * Where a task stands after a step.
 * @throws {BatchError} ATTEMPT_FENCED when the step is not one that may follow
 */
export function standingAfter(standing: Standing, step: Step): Standing {
  const { token, outcome } = standing;
  if (step.type === "task.reopened") return { token, outcome: null, withdrawn: false };
  const task = taskOf(step);
  if (outcome !== null) throw fenced(task, `it has ended (${outcome})`);
  if (standing.withdrawn) throw fenced(task, "it was withdrawn");
  if (step.type === "task.withdrawn") return { ...standing, withdrawn: true };
  if (step.type === "attempt.opened") return { ...standing, token: step.token };
  requireNewest(task, step.token ?? 0, token);
  if (step.type === "task.ended") return { ...standing, outcome: step.outcome.outcome };
  if (token === 0) throw fenced(task, "no attempt at it was opened");
  return standing;
}

function requireNewest(task: string, token: number, newest: number): void {
  if (token === newest) return;
  throw fenced(task, `attempt ${token} is stale, attempt ${newest} is its newest`);
}
