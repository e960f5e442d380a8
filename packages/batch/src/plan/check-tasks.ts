import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "../contract/site.ts";
import type { TaskInput } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";
import { listSome } from "../errors/list-some.ts";
import { placeInside } from "./place-inside.ts";

/**
 * In place only what a task names is taken into keeping: it names files, and all of them.
 * @throws {BatchError} NO_FILES
 */
export function requireNamedFiles({ root }: Site, tasks: readonly TaskInput[]): void {
  const without = tasks.findIndex(({ files }) => files.length === 0);
  if (without >= 0) {
    throw new BatchError(
      "NO_FILES",
      `Task ${without + 1} of ${tasks.length} names no files. In place each task names the files that it may change, so that they can be brought back. Name them, or work in worktrees.`,
    );
  }
  const folders = [...new Set(tasks.flatMap(({ files }) => files))].filter((file) =>
    statSync(join(root, file), { throwIfNoEntry: false })?.isDirectory(),
  );
  if (folders.length > 0) {
    throw new BatchError(
      "NO_FILES",
      `${listSome(folders)} ${folders.length === 1 ? "is a folder" : "are folders"}. In place tasks name files: name those in it.`,
      { paths: folders },
    );
  }
}

/**
 * Refuses tasks that cannot be worked on as the user sees them: workspaces hold what is committed.
 * A file that does not exist yet is fine, since a task may create it.
 * @throws {BatchError} NO_TASKS, EMPTY_MESSAGE, PATH_OUTSIDE, DIRTY_FILES; in place NO_FILES
 */
export async function checkTasks(repository: Site, tasks: readonly TaskInput[]): Promise<void> {
  if (tasks.length === 0) {
    throw new BatchError("NO_TASKS", "The list of tasks is empty, so there is nothing to run.");
  }
  const empty = tasks.findIndex((task) => task.prompt.trim() === "");
  if (empty >= 0) {
    throw new BatchError(
      "EMPTY_MESSAGE",
      `The prompt of task ${empty + 1} of ${tasks.length} is empty. Say what is to be done.`,
    );
  }
  const files = [...new Set(tasks.flatMap((task) => task.files))];
  for (const file of files) placeInside(repository, file);
  if (repository.place === "in-place") return requireNamedFiles(repository, tasks);
  const [tracked, dirty] = await Promise.all([
    repository.trackedFiles().then((paths) => new Set(paths)),
    repository.dirtyFiles(files),
  ]);
  const unknown = files.filter(
    (file) => !tracked.has(file) && existsSync(join(repository.root, file)),
  );
  const uncommitted = [...new Set([...dirty, ...unknown])];
  if (uncommitted.length > 0) {
    throw new BatchError(
      "DIRTY_FILES",
      `Instances work on what is committed, and ${listSome(uncommitted)} ${uncommitted.length === 1 ? "is" : "are"} changed or new since. Commit first (git commit) or set the changes aside (git stash).`,
      { paths: uncommitted },
    );
  }
}
