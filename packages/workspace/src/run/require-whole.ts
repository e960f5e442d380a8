import { WorkspaceError } from "../errors/workspace-error.ts";
import type { Git } from "../git/git.ts";

/**
 * Looks whether everything that a commit brings to a branch is in the repository: what no ref points to is
 * for garbage collection to remove, a part of it as well as the whole.
 * @throws {WorkspaceError} GIT_FAILED
 */
export async function requireWhole(
  git: Git,
  commit: string,
  tip: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await git.run(["rev-list", "--objects", "--quiet", commit, `^${tip}`, "--"], { signal });
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.code !== "GIT_FAILED") throw error;
    const message =
      `Expected all of ${commit} in the repository, found that a part is gone, as after ` +
      `"git gc --prune=now": ${error.stderr} It is not landed; the task has to be done again.`;
    throw new WorkspaceError(error.code, message, { cause: error, stderr: error.stderr });
  }
}
