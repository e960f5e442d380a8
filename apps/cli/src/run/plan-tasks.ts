import {
  type FoundFiles,
  filesFromGlobs,
  filesFromList,
  listFormatOf,
  openSite,
  type Place,
  readOnlyFilesFrom,
  type Site,
  type TaskInput,
  tasksFromFiles,
  tasksFromList,
  WorkspaceError,
} from "@cluster/batch";
import { setupError, usageError } from "../exit/cli-error.ts";
import { readInput } from "./read-input.ts";
import type { TaskSource } from "./task-source.ts";

/** What a run works on. */
export interface PlannedTasks {
  readonly repository: Site;
  readonly tasks: readonly TaskInput[];
  readonly warnings: readonly string[];
}

/** What tasks are made of. */
export interface PlanOptions {
  /** The folder that paths are relative to, also those of lists, absolute. */
  readonly cwd: string;
  readonly source: TaskSource;
  /** A template. Absent: each task has a prompt of its own. */
  readonly message: string | undefined;
  /** Absolute paths. */
  readonly read: readonly string[];
  readonly place: Place;
  /** The names that a task may give its tool. */
  readonly tools: readonly string[];
}

/** The tasks of a run. @throws {BatchError} @throws {WorkspaceError} @throws {CliError} usage */
export async function planTasks(options: PlanOptions): Promise<PlannedTasks> {
  const { cwd, source, message, read, place } = options;
  const repository = await openSite(cwd, place).catch(withHint);
  const readOnlyFiles = await readOnlyFilesFrom(repository, read, { cwd });
  if (source.kind === "tasks") {
    const { file } = source;
    const content = await readInput("--tasks", file, cwd);
    const listed = await tasksFromList(repository, content, {
      format: file === "-" ? "jsonl" : listFormatOf(file),
      name: nameOf(file),
      cwd,
      readOnlyFiles,
      tools: options.tools,
      ...(message === undefined ? {} : { message }),
    });
    return { repository, ...listed };
  }
  if (message === undefined) throw usageError("There is no message.");
  const { files, warnings } = await filesOf(source, repository, cwd);
  const { per } = source;
  return { repository, tasks: tasksFromFiles(files, message, { readOnlyFiles, per }), warnings };
}

/** Whoever has no repository may not want one. */
function withHint(error: unknown): never {
  if (!(error instanceof WorkspaceError)) throw error;
  const { code, message } = error;
  const remedy = "Or work in the folder itself, which needs no git: add --in-place.";
  if (code === "GIT_MISSING" || code === "GIT_TOO_OLD") throw setupError(message, remedy, error);
  if (code !== "NOT_A_REPOSITORY" && code !== "BARE_REPOSITORY" && code !== "NO_COMMITS")
    throw error;
  throw usageError(message, remedy, error);
}

async function filesOf(
  source: Exclude<TaskSource, { kind: "tasks" }>,
  repository: Site,
  cwd: string,
): Promise<FoundFiles> {
  if (source.kind === "globs") return await filesFromGlobs(repository, source.globs, { cwd });
  const content = await readInput("--files-from", source.file, cwd);
  return await filesFromList(repository, content, {
    name: nameOf(source.file),
    cwd,
    separator: source.nul ? "nul" : "line",
  });
}

function nameOf(file: string): string {
  return file === "-" ? "stdin" : file;
}
