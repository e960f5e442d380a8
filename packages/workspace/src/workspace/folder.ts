import { lstat, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";

/** The folder of a worktree and git's own folder for it. */
export interface WorktreeFolder {
  readonly path: string;
  /** `worktrees/<name>` in the repository's git folder. */
  readonly gitDir: string;
}

/** Reads where git keeps a worktree that it has just made. */
export async function readWorktree(path: string): Promise<WorktreeFolder> {
  const pointer = await readFile(join(path, ".git"), "utf8");
  return { path, gitDir: resolve(path, pointer.replace(/^gitdir: /, "").replace(/\n$/, "")) };
}

/**
 * Makes the folder a worktree again, whatever a tool did to it: the folder or its `.git` removed, or
 * replaced by a repository of its own.
 * @throws {WorkspaceError} WORKSPACE_ESCAPE when the folder is a link or a file by now
 */
export async function repairWorktree({ path, gitDir }: WorktreeFolder): Promise<void> {
  const folder = await lstat(path).catch(() => undefined);
  if (folder !== undefined && !folder.isDirectory()) {
    throw new WorkspaceError(
      "WORKSPACE_ESCAPE",
      `The workspace ${path} was replaced by ${folder.isSymbolicLink() ? "a link" : "a file"}.`,
    );
  }
  const expected = `gitdir: ${gitDir}\n`;
  const pointer = join(path, ".git");
  const entry = await lstat(pointer).catch(() => undefined);
  if (entry?.isFile() && (await readFile(pointer, "utf8")) === expected) return;
  await mkdir(path, { recursive: true });
  await rm(pointer, { recursive: true, force: true });
  await writeFile(pointer, expected);
}

/** Removes a folder with all that is in it. */
export async function removeFolder(path: string): Promise<void> {
  // A process that ends at this moment may still write a last file.
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
