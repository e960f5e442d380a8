import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Lies in git's folder of a worktree from before its reset until after it. */
const MARK = "cluster-reset";

/** From here on what the worktree holds is to go: should this process die now, nobody keeps it. */
export async function beginReset(gitDir: string): Promise<void> {
  // Where the folder is gone, git says so in better words.
  await writeFile(join(gitDir, MARK), "").catch(() => {});
}

/** From here on what the worktree holds beyond its commit is somebody's work. */
export function endReset(gitDir: string): Promise<void> {
  return rm(join(gitDir, MARK), { force: true });
}

/** Whether a reset was begun and not ended. */
export function isBeingReset(gitDir: string): Promise<boolean> {
  return access(join(gitDir, MARK)).then(
    () => true,
    () => false,
  );
}
