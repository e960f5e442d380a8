import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Git, nulSeparated, text } from "../git/git.ts";
import type { WorktreeFolder } from "./folder.ts";

/**
 * Files of a worktree that were changed in the folders of submodules: git does not look into them, and no
 * commit of the repository can hold them.
 */
export async function changedInSubmodules(
  git: Git,
  { path }: WorktreeFolder,
  submodules: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const found = submodules.map(async (submodule) => {
    const folder = join(path, submodule);
    const names = (await isPopulated(folder))
      ? await changedFiles(inside(git, folder), signal)
      : await readdir(folder).catch(() => []);
    return names.map((name) => `${submodule}/${name}`);
  });
  return (await Promise.all(found)).flat();
}

/** Empties their folders. In those that a setup has filled, what is ignored there stays. */
export async function resetSubmodules(
  git: Git,
  { path }: WorktreeFolder,
  submodules: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const submodule of submodules) {
    const folder = join(path, submodule);
    if (!(await isPopulated(folder))) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      continue;
    }
    const commit = (await git.line(["rev-parse", `:${submodule}`], { signal })).trim();
    const there = inside(git, folder);
    await there.run(["checkout", "--quiet", "--force", "--detach", commit, "--"], { signal });
    await there.run(["clean", "-ffdq"], { signal });
  }
}

async function changedFiles(git: Git, signal: AbortSignal | undefined): Promise<string[]> {
  const args = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"];
  const { stdout } = await git.run(args, { signal });
  return nulSeparated(stdout).map((entry) => text(entry.slice(3)));
}

function isPopulated(folder: string): Promise<boolean> {
  return lstat(join(folder, ".git")).then(
    () => true,
    () => false,
  );
}

/** Git in a repository of its own. */
function inside(git: Git, cwd: string): Git {
  const { GIT_DIR, GIT_WORK_TREE, ...environment } = git.options.environment;
  return git.with({ cwd, environment });
}
