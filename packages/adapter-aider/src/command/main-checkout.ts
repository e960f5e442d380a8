import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/**
 * The main checkout that a folder is a worktree of, or `null` for any other folder. What is not
 * committed, such as `.aider.conf.yml` and `.env`, is only there. Read from git's own files: every
 * start of a process asks, and two gits would cost a third of what the process does.
 */
export async function mainCheckoutOf(folder: string): Promise<string | null> {
  const found = await gitOf(resolve(folder));
  if (found === null || found.isFolder) return null;
  const own = await pathIn(found.path, /^gitdir: (.+)/);
  if (own === null) return null;
  // Only worktrees have it; the repository of a submodule has none.
  const common = await pathIn(join(own, "commondir"), /^(.+)/);
  return common !== null && basename(common) === ".git" ? dirname(common) : null;
}

interface Git {
  readonly path: string;
  readonly isFolder: boolean;
}

/** The `.git` of the repository that a folder lies in. */
async function gitOf(folder: string): Promise<Git | null> {
  const path = join(folder, ".git");
  const found = await stat(path).catch(() => null);
  if (found !== null) return { path, isFolder: found.isDirectory() };
  const parent = dirname(folder);
  return parent === folder ? null : gitOf(parent);
}

/** The path that a file names, relative to itself. */
async function pathIn(file: string, pattern: RegExp): Promise<string | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  const named = pattern.exec(text)?.[1];
  return named === undefined ? null : resolve(dirname(file), named);
}
