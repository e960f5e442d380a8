import type { Git } from "../git/git.ts";
import { readRef } from "../git/refs.ts";
import type { RepositoryParts } from "../repository/parts.ts";
import type { Setup } from "../setup/setup.ts";
import { createBranch, resolveCommit } from "./create-run.ts";
import { outliveLeftProcesses } from "./left-processes.ts";
import type { RunBranch } from "./run-branch.ts";
import { removeStaleLocks } from "./stale-locks.ts";
import { branchRef, runFolder, takeRun } from "./take-run.ts";

/** Which run to go on with. */
export interface ReopenRunOptions {
  readonly run: string;
  /** The commit that its branch began on, in any words that git understands. */
  readonly base: string;
  /** The branch that was checked out then; `null` for a detached HEAD. */
  readonly target: string | null;
  /**
   * The commits that are known to have landed. It is asked for them when the branch is gone, as after
   * `git branch -D`, which then begins at the last one that is still there. @default none
   */
  readonly landed?: () => Iterable<string>;
  /** Makes each new worktree fit for work, before its first task. @default nothing */
  readonly setup?: Setup;
  /** What all worktrees of the run may take on the disk, in bytes. @default Infinity */
  readonly maxWorktreeBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Waits until nothing of the run's dead process is at work. */
export function outliveRun(
  parts: RepositoryParts,
  run: string,
  signal?: AbortSignal,
): Promise<void> {
  return outliveLeftProcesses(runFolder(parts, run), parts.git.options.lockTimeoutMs, signal);
}

/** See {@link Repository.reopenRun}. */
export function reopenRun(opened: RepositoryParts, options: ReopenRunOptions): Promise<RunBranch> {
  const { run, target, signal } = options;
  return takeRun(opened, options, async (parts) => {
    await outliveRun(parts, run, signal);
    await removeStaleLocks(parts, run);
    const base = await resolveCommit(parts, options.base, signal);
    const ref = branchRef(run);
    const tip = await readRef(parts.git, ref);
    const start = tip ?? (await lastOf(parts.git, base, options.landed?.() ?? [])) ?? base;
    if (tip === null) await createBranch(parts, ref, start);
    return { base, start, target, reopened: true };
  });
}

/** The commit on top of `base` that no other one of these is on top of. */
async function lastOf(
  git: Git,
  base: string,
  commits: Iterable<string>,
): Promise<string | undefined> {
  const given = [...commits].map((id) => `${id}\n`).join("");
  if (given === "") return undefined;
  const how = ["--topo-order", "--max-count=1", `--ancestry-path=${base}`, "--ignore-missing"];
  const { stdout } = await git.run(["rev-list", ...how, "--stdin"], {
    input: `^${base}\n${given}`,
  });
  return stdout.trim() || undefined;
}
