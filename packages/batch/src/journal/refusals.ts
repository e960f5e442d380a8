import { BatchError } from "../errors/batch-error.ts";

/** Somebody else owns the task by now. */
export function fenced(task: string, why: string): BatchError {
  return new BatchError(
    "ATTEMPT_FENCED",
    `The outcome of task ${task} was not recorded: ${why}. Another attempt owns the task.`,
  );
}

/** @throws {BatchError} JOURNAL_UNKNOWN_TASK */
export function unknownTask(task: string): never {
  throw new BatchError(
    "JOURNAL_UNKNOWN_TASK",
    `The journal has no task "${task}"; a task is planned before it is attempted.`,
  );
}
