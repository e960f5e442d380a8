import type { TaskInput } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";
import { fileValues } from "./file-values.ts";
import { groupFiles, type Per } from "./group-files.ts";
import { parseTemplate } from "./template.ts";

/** What each task of {@link tasksFromFiles} has beside its file. */
export interface TasksFromFilesOptions {
  readonly readOnlyFiles?: readonly string[];
  /** @default the run's */
  readonly model?: string;
  /** @default the run's */
  readonly verify?: string;
  /** @default the run's */
  readonly tool?: string;
  /** Which files make a task. @default "file" */
  readonly per?: Per;
}

/**
 * One task for each file, folder or chunk, with the same message. In it, `{{file}}` is the task's file,
 * `{{files}}` all of them and, with one task for each folder, `{{folder}}` that; `\{{` is two braces.
 * @throws {BatchError} EMPTY_MESSAGE, NO_TASKS, TEMPLATE_INVALID, OPTION_INVALID
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
  const { per = "file", ...rest } = options;
  const template = parseTemplate(message);
  return groupFiles(files, per).map((group) => {
    const values = fileValues(group.files);
    if (group.folder !== undefined) values.set("folder", group.folder);
    return { ...rest, prompt: template.render(values), files: group.files };
  });
}
