import { rm } from "node:fs/promises";
import { sep } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { lockFile } from "../git/failure.ts";
import type { Git } from "../git/git.ts";
import type { WorktreeSetup } from "../setup/worktree-setup.ts";
import { repairWorktree, type WorktreeFolder } from "./folder.ts";
import { beginReset, endReset } from "./reset-mark.ts";
import { resetSubmodules } from "./submodules.ts";

/** How a worktree is reset. */
export interface ResetOptions {
  readonly setup?: WorktreeSetup | null;
  /** The folders of submodules. */
  readonly submodules?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings a worktree to a commit exactly: whatever was changed, added, ignored, staged, committed or
 * left half-done in it is gone, except what its setup left. HEAD is detached first, so that a branch
 * which a tool checked out there is left where it is.
 * @throws {WorkspaceError} SETUP_FAILED
 */
export async function resetWorktree(
  git: Git,
  worktree: WorktreeFolder,
  commit: string,
  { setup = null, submodules = [], signal }: ResetOptions = {},
): Promise<void> {
  const checkout = (): Promise<unknown> =>
    breakingOwnLock(worktree, () =>
      git.run(["checkout", "--quiet", "--force", "--detach", commit, "--"], { signal }),
    );
  const clean = async (): Promise<void> => {
    await git.run(["clean", "-ffdxq", ...(setup?.excludes ?? [])], { signal });
    await resetSubmodules(git, worktree, submodules, signal);
  };
  await repairWorktree(worktree);
  await beginReset(worktree.gitDir);
  await checkout();
  await clean();
  if (setup !== null && !(await setup.restore())) {
    await setup.run(signal);
    // Of what it did to other files than ignored ones, nothing is to look like a task's edit.
    await checkout();
    await setup.remember(git, signal);
    await clean();
  }
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
