import { resolve } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { removeDeadLocks } from "./dead-locks.ts";
import { isStaleRef } from "./failure.ts";
import type { Git } from "./git.ts";
import { wasKilled } from "./killed.ts";

/** A compare-and-swap of one ref. */
export interface RefSwap {
  readonly ref: string;
  readonly to: string;
  /** Where it is now; zeros when it must not exist. */
  readonly from: string;
  /** For the reflog. */
  readonly message: string;
}

/** Moves a ref; `false` when it was not where it was expected, and stays. */
export function swapRef(git: Git, { ref, to, from, message }: RefSwap): Promise<boolean> {
  return update(git, ref, to, ["update-ref", "-m", message, ref, to, from]);
}

/** Deletes a ref; `false` when it was not where it was expected, and stays. */
export function deleteRef(git: Git, ref: string, from: string): Promise<boolean> {
  return update(git, ref, null, ["update-ref", "-d", ref, from]);
}

/** The commit that a ref is at, or `null`. */
export async function readRef(git: Git, ref: string): Promise<string | null> {
  const { exitCode, stdout } = await git.run(["rev-parse", "--quiet", "--verify", ref], {
    answers: [1],
  });
  return exitCode === 0 ? stdout.trim() : null;
}

/** How often an update is made again that was killed. */
const MOST_REPEATS = 3;

/**
 * Without a signal: what a cut-off update did to the ref would not be known. Of one that somebody else
 * killed it is asked.
 */
async function update(
  git: Git,
  ref: string,
  to: string | null,
  args: readonly string[],
): Promise<boolean> {
  for (let killed = 0; ; ) {
    try {
      await git.run(args);
      return true;
    } catch (error) {
      const stale = error instanceof WorkspaceError && isStaleRef(error.stderr);
      if (stale && killed === 0) return false;
      if (!stale && !wasKilled(error)) throw error;
      const done = (await readRef(git, ref)) === to;
      if (stale || done) return done;
      if (killed === MOST_REPEATS) throw error;
      killed += 1;
      await removeRefLocks(git, ref);
    }
  }
}

/** Removes the locks that a killed update of a ref left. */
export async function removeRefLocks(git: Git, ref: string): Promise<void> {
  const names = [`${ref}.lock`, "packed-refs.lock"];
  const paths = await Promise.all(names.map((name) => git.line(["rev-parse", "--git-path", name])));
  await removeDeadLocks(paths.map((path) => resolve(git.options.cwd, path)));
}
