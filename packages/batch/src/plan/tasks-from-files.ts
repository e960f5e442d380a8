import type { TaskInput } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";

/** What each task of {@link tasksFromFiles} has beside its file. */
export interface TasksFromFilesOptions {
  readonly readOnlyFiles?: readonly string[];
  /** @default the run's */
  readonly model?: string;
  /** @default the run's */
  readonly verify?: string;
}

/**
 * One task for each file, with the same message.
 * @throws {BatchError} EMPTY_MESSAGE, NO_TASKS
 */
export function tasksFromFiles(
  files: readonly string[],
  message: string,
  options: TasksFromFilesOptions = {},
): TaskInput[] {
  if (message.trim() === "") {
    throw new BatchError(
      "EMPTY_MESSAGE",
      "The message is empty. Say what is to be done with each file.",
    );
  }
  if (files.length === 0) {
    throw new BatchError("NO_TASKS", "There is no file, hence no task. Name at least one file.");
  }
  return files.map((file) => ({ ...options, prompt: message, files: [file] }));
}
