import type { TaskOutcome } from "@cluster/batch";
import { oneLine } from "../progress/fit.ts";
import { taskName } from "../progress/task-name.ts";

/** More tasks than these with one reason are counted. */
const NAMED = 3;

/** Failures that one line tells. */
export interface FoldedFailure {
  readonly tasks: readonly TaskOutcome[];
  readonly outcome: string;
  readonly reason: string;
  /** Where the edits of a single task are kept. */
  readonly kept: string;
}

/**
 * Tells once what many tasks ended with: a tool that does not start fails each of them alike. A task
 * whose edits are kept somewhere has a line of its own.
 */
export function foldFailures(failed: readonly TaskOutcome[]): FoldedFailure[] {
  const folded = new Map<string, FoldedFailure & { readonly tasks: TaskOutcome[] }>();
  for (const task of failed) {
    const { outcome } = task;
    const reason = task.reason === null ? "" : oneLine(task.reason.message);
    const { parkedRef, earlierRefs } = task.evidence;
    const kept = [...(parkedRef === null ? [] : [parkedRef]), ...earlierRefs].join(", ");
    const key = JSON.stringify([outcome, reason, kept === "" ? null : task.task]);
    const same = folded.get(key);
    if (same === undefined) folded.set(key, { tasks: [task], outcome, reason, kept });
    else same.tasks.push(task);
  }
  return [...folded.values()];
}

/** The files of the first few tasks, and how many more there are. */
export function filesOf({ tasks }: FoldedFailure): string {
  const named = tasks.slice(0, NAMED).map(taskName);
  const more = tasks.length - named.length;
  return more === 0 ? named.join(", ") : `${named.join(", ")} and ${more} more`;
}
