import { existsSync } from "node:fs";
import { join } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { removeDeadLocks } from "./dead-locks.ts";
import type { GitOutcome } from "./run-git.ts";

/** What reads, or writes objects only: it may be done any number of times. */
const READS: ReadonlySet<string> = new Set([
  "cat-file",
  "commit-tree",
  "config",
  "diff-index",
  "diff-tree",
  "for-each-ref",
  "ls-files",
  "ls-tree",
  "merge-base",
  "merge-tree",
  "rev-list",
  "rev-parse",
  "status",
  "symbolic-ref",
  "var",
  "version",
  "write-tree",
]);

/** What changes an index and files. In a workspace, which is ours alone, it may be done again. */
const WRITES: ReadonlySet<string> = new Set([
  "add",
  "checkout",
  "clean",
  "read-tree",
  "update-index",
]);

type Environment = Readonly<Record<string, string>>;

/** Whether git was ended by somebody else, as by a system without memory. What it did is not known. */
export function wasKilled(error: unknown): error is WorkspaceError {
  return error instanceof WorkspaceError && (error.cause as Partial<GitOutcome>)?.killed === true;
}

/** Whether a command that was killed may be given again, whatever of it was done. */
export function mayRepeat(args: readonly string[], environment: Environment): boolean {
  const command = args.find((arg, at) => !arg.startsWith("-") && args[at - 1] !== "-c") ?? "";
  return READS.has(command) || (WRITES.has(command) && environment.GIT_DIR !== undefined);
}

/** Whether the index of a workspace is locked; of the user's checkout that is not asked. */
export function hasIndexLock(environment: Environment): boolean {
  const lock = indexLock(environment);
  return lock !== null && existsSync(lock);
}

/** Removes the lock of the index that a killed git left in a workspace; in the user's checkout none. */
export async function removeIndexLock(environment: Environment): Promise<void> {
  const lock = indexLock(environment);
  if (lock !== null) await removeDeadLocks([lock]);
}

function indexLock({ GIT_DIR, GIT_INDEX_FILE }: Environment): string | null {
  return GIT_DIR === undefined ? null : `${GIT_INDEX_FILE ?? join(GIT_DIR, "index")}.lock`;
}
