import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import envPaths from "env-paths";
import { WorkspaceError } from "../errors/workspace-error.ts";

/** How to open a repository. */
export interface OpenRepositoryOptions {
  /** Gives opening up. */
  readonly signal?: AbortSignal;
  /** What git inherits. `GIT_DIR` and its like are left out of it. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * The folder that holds the worktrees; outside of the repository's own tree.
   * @default `worktrees` in the user's cache folder, `$XDG_CACHE_HOME/cluster` on Linux
   */
  readonly directory?: string;
  /** How long to try again when another process holds one of git's locks, in milliseconds. @default 5_000 */
  readonly lockTimeoutMs?: number;
}

/** @throws {WorkspaceError} OPTION_INVALID */
export function checkLockTimeout(lockTimeoutMs: number | undefined = 5_000): number {
  if (typeof lockTimeoutMs === "number" && lockTimeoutMs >= 0) return lockTimeoutMs;
  throw new WorkspaceError(
    "OPTION_INVALID",
    `Expected lockTimeoutMs to be a number of milliseconds from 0, found ${String(lockTimeoutMs)}.`,
  );
}

/**
 * The folder of all worktrees, without links. It is made with the first of them.
 * @throws {WorkspaceError} OPTION_INVALID when it lies in the repository's own tree
 */
export async function worktreesDirectory(
  directory: string | undefined,
  root: string,
): Promise<string> {
  const wanted = resolve(directory ?? join(envPaths("cluster", { suffix: "" }).cache, "worktrees"));
  requireOutside(wanted, root);
  const real = await withoutLinks(wanted);
  requireOutside(real, root);
  return real;
}

/** The real place of a folder that may not exist yet. */
async function withoutLinks(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (parent === folder || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return join(await withoutLinks(parent), basename(folder));
  }
}

function requireOutside(folder: string, root: string): void {
  const path = relative(root, folder);
  if (isAbsolute(path) || path === ".." || path.startsWith("../")) return;
  throw new WorkspaceError(
    "OPTION_INVALID",
    `Worktrees must lie outside of the repository ${root}, found ${folder}. ` +
      "Set `directory` (or XDG_CACHE_HOME) to another folder.",
  );
}
