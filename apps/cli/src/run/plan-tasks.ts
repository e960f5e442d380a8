import {
  filesFromGlobs,
  openRepository,
  type Repository,
  readOnlyFilesFrom,
  type TaskInput,
  tasksFromFiles,
} from "@cluster/batch";
import { usageError } from "../exit/cli-error.ts";

/** What a run works on. */
export interface PlannedTasks {
  readonly repository: Repository;
  readonly tasks: readonly TaskInput[];
  readonly warnings: readonly string[];
}

/** Where tasks come from. */
export interface TaskSource {
  readonly cwd: string;
  readonly globs: readonly string[];
  readonly message: string;
  /** Absolute paths. */
  readonly read: readonly string[];
}

/** One task for each file that the globs mean. @throws {BatchError} @throws {WorkspaceError} */
export async function planTasks(source: TaskSource): Promise<PlannedTasks> {
  const { cwd, globs, message, read } = source;
  if (globs.length === 0) {
    throw usageError("There is no file.", 'Name files or globs in quotes, such as "src/**/*.py".');
  }
  const repository = await openRepository(cwd);
  const { files, warnings } = await filesFromGlobs(repository, globs, { cwd });
  const readOnlyFiles = await readOnlyFilesFrom(repository, read, { cwd });
  return { repository, tasks: tasksFromFiles(files, message, { readOnlyFiles }), warnings };
}
