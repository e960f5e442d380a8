import { WorkspaceError } from "../errors/workspace-error.ts";
import { type Git, text } from "../git/git.ts";
import { type DiffEntry, parseDiff } from "./diff-entry.ts";

/** Everything that git sees in a workspace at one moment, as a tree that nothing can change any more. */
export interface Snapshot {
  readonly base: string;
  readonly tree: string;
  readonly entries: readonly DiffEntry[];
  /**
   * What no tree can hold: folders that are repositories of their own without a commit, and what is in
   * the folders of submodules.
   */
  readonly notHeld: readonly string[];
}

/**
 * Takes everything into the workspace's own index, ignored files aside, and compares it with `base`,
 * wherever HEAD is by now.
 */
export async function takeSnapshot(
  git: Git,
  base: string,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const notHeld = await addAll(git, signal);
  const [diff, tree] = await Promise.all([
    git.run(
      ["diff-index", "--cached", "--raw", "--numstat", "-z", "-M", "--no-ext-diff", base, "--"],
      { signal },
    ),
    git.line(["write-tree"], { signal }),
  ]);
  return { base, tree, entries: parseDiff(diff.stdout), notHeld };
}

const NO_COMMIT = /^error: '(.+)\/' does not have a commit checked out$/gm;

/** Stages everything and gives the repositories inside that git had to leave out. */
async function addAll(git: Git, signal: AbortSignal | undefined): Promise<readonly string[]> {
  try {
    await git.run(["add", "--all"], { signal });
    return [];
  } catch (error) {
    if (leftOut(error).length === 0) throw error;
  }
  try {
    await git.run(["add", "--all", "--ignore-errors"], { signal });
    return [];
  } catch (error) {
    const folders = leftOut(error);
    const errors = error instanceof WorkspaceError ? error.stderr.match(/^(error|fatal):/gm) : null;
    if (folders.length === 0 || folders.length !== errors?.length) throw error;
    return folders;
  }
}

function leftOut(error: unknown): string[] {
  if (!(error instanceof WorkspaceError) || error.code !== "GIT_FAILED") return [];
  return [...error.stderr.matchAll(NO_COMMIT)].flatMap(([, folder]) => folder ?? []);
}

/** The snapshot's changes as a patch. */
export async function snapshotPatch(
  git: Git,
  { base, tree }: Snapshot,
  paths: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<string> {
  return patch(git, ["diff-tree", "-r", "-p", "-M", "--no-ext-diff", base, tree], paths, signal);
}

/**
 * The changes to tracked files as a patch, with nothing written: for when git cannot take a snapshot,
 * as on a full disk.
 */
export async function unwrittenPatch(
  git: Git,
  base: string,
  paths: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<string> {
  return patch(git, ["diff-index", "-p", "--no-ext-diff", base], paths, signal);
}

async function patch(
  git: Git,
  args: readonly string[],
  paths: readonly string[] | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (paths?.length === 0) return "";
  const { stdout } = await git.run([...args, "--", ...(paths ?? [])], { signal });
  return text(stdout);
}
