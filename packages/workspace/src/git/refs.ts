import { WorkspaceError } from "../errors/workspace-error.ts";
import { isStaleRef } from "./failure.ts";
import type { Git } from "./git.ts";

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
  return unlessStale(git.run(["update-ref", "-m", message, ref, to, from]));
}

/** Deletes a ref; `false` when it was not where it was expected, and stays. */
export function deleteRef(git: Git, ref: string, from: string): Promise<boolean> {
  return unlessStale(git.run(["update-ref", "-d", ref, from]));
}

/** The commit that a ref is at, or `null`. */
export async function readRef(git: Git, ref: string): Promise<string | null> {
  const { exitCode, stdout } = await git.run(["rev-parse", "--quiet", "--verify", ref], {
    answers: [1],
  });
  return exitCode === 0 ? stdout.trim() : null;
}

/** Without a signal: what a cut-off update did to the ref would not be known. */
async function unlessStale(update: Promise<unknown>): Promise<boolean> {
  try {
    await update;
    return true;
  } catch (error) {
    if (error instanceof WorkspaceError && isStaleRef(error.stderr)) return false;
    throw error;
  }
}
