import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { removeDeadLocks } from "../git/dead-locks.ts";
import type { RepositoryParts } from "../repository/parts.ts";
import { branchRef } from "./take-run.ts";

/**
 * Removes the lock files of the run's own refs: of its branch and of all below `refs/cluster/<run>`.
 * Nobody but this run's process moves those, so to be called once none of its gits is alive. Locks that
 * the user's git could hold as well, as of `packed-refs`, are left.
 */
export async function removeStaleLocks({ commonDir }: RepositoryParts, run: string): Promise<void> {
  const branch = `${join(commonDir, branchRef(run))}.lock`;
  const kept = join(commonDir, "refs/cluster", run);
  const [beside, below] = await Promise.all([
    readdir(dirname(branch)).catch((): string[] => []),
    readdir(kept, { recursive: true }).catch((): string[] => []),
  ]);
  const locks = [
    ...(beside.includes(basename(branch)) ? [branch] : []),
    ...below.filter((name) => name.endsWith(".lock")).map((name) => join(kept, name)),
  ];
  await removeDeadLocks(locks);
}
