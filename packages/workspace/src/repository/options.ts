import { mkdir, realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
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
 * The folder of all worktrees, without links.
 * @throws {WorkspaceError} OPTION_INVALID when it lies in the repository's own tree
 */
export async function worktreesDirectory(
  directory: string | undefined,
  root: string,
): Promise<string> {
  const wanted = resolve(directory ?? join(envPaths("cluster", { suffix: "" }).cache, "worktrees"));
  requireOutside(wanted, root);
  await mkdir(wanted, { recursive: true });
  const real = await realpath(wanted);
  requireOutside(real, root);
  return real;
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
