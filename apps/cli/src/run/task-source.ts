import { listFormatOf, type Per } from "@cluster/batch";
import type { RunFlags } from "../command/run-flags.ts";
import { usageError } from "../exit/cli-error.ts";

/** Where the tasks of a run come from, as plain data. A file may be `-` for stdin. */
export type TaskSource =
  | { readonly kind: "globs"; readonly globs: readonly string[]; readonly per: Per }
  | {
      readonly kind: "files";
      readonly file: string;
      readonly nul: boolean;
      readonly per: Per;
    }
  | { readonly kind: "tasks"; readonly file: string };

/**
 * The one source that a command line names.
 * @throws {CliError} usage, when there is none, or more than one
 * @throws {BatchError} LIST_INVALID, when a list's name does not tell its format
 */
export function taskSource(
  globs: readonly string[],
  flags: Pick<RunFlags, "filesFrom" | "null" | "tasks" | "per" | "messageFile">,
  per: Per,
): TaskSource {
  const { filesFrom, tasks } = flags;
  const given = [
    globs.length > 0 ? `files (${globs[0]}${globs.length > 1 ? ", …" : ""})` : undefined,
    filesFrom === undefined ? undefined : "--files-from",
    tasks === undefined ? undefined : "--tasks",
  ].filter((source) => source !== undefined);
  if (given.length === 0) {
    throw usageError(
      "There is no file.",
      'Name files or globs in quotes, such as "src/**/*.py", or a list with --files-from or --tasks.',
    );
  }
  if (given.length > 1) {
    throw usageError(`${given.join(" and ")} are given.`, "Tasks come from one of them.");
  }
  if (flags.null === true && filesFrom === undefined) {
    throw usageError("-0/--null says how the list of --files-from is written, and there is none.");
  }
  if ((filesFrom ?? tasks) === "-" && flags.messageFile === "-") {
    throw usageError("The message and the list cannot both come from stdin.");
  }
  if (tasks !== undefined) {
    if (flags.per !== undefined) {
      throw usageError(
        "--per and --tasks are both given.",
        "In a list of tasks, each says its files.",
      );
    }
    if (tasks !== "-") listFormatOf(tasks);
    return { kind: "tasks", file: tasks };
  }
  if (filesFrom !== undefined) {
    return { kind: "files", file: filesFrom, nul: flags.null === true, per };
  }
  return { kind: "globs", globs, per };
}
