import { rm } from "node:fs/promises";
import { sep } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { lockFile } from "../git/failure.ts";
import type { Git } from "../git/git.ts";
import { repairWorktree, type WorktreeFolder } from "./folder.ts";
import { beginReset, endReset } from "./reset-mark.ts";

/**
 * Brings a worktree to a commit exactly: whatever was changed, added, ignored, staged, committed or
 * left half-done in it is gone. HEAD is detached first, so that a branch which a tool checked out
 * there is left where it is.
 */
export async function resetWorktree(
  git: Git,
  worktree: WorktreeFolder,
  commit: string,
  signal?: AbortSignal,
): Promise<void> {
  await repairWorktree(worktree);
  await beginReset(worktree.gitDir);
  await breakingOwnLock(worktree, () =>
    git.run(["checkout", "--quiet", "--force", "--detach", commit, "--"], { signal }),
  );
  await git.run(["clean", "-ffdxq"], { signal });
  await endReset(worktree.gitDir);
}

/**
 * A lock in the worktree's own git folder that outlasted all patience was left by a git that a tool
 * started and that died: nobody else works here between two tasks. The repository's locks are not ours.
 */
async function breakingOwnLock<T>(worktree: WorktreeFolder, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lock = error instanceof WorkspaceError ? lockFile(error.stderr) : undefined;
    if (!lock?.startsWith(worktree.gitDir + sep)) throw error;
    await rm(lock, { force: true });
    return work();
  }
}
