import { type Git, text } from "../git/git.ts";
import { type DiffEntry, parseDiff } from "./diff-entry.ts";
import { addAll, type NotHeld, unstageRepositories } from "./not-held.ts";

/** Everything that git sees in a workspace at one moment, as objects that nothing can change any more. */
export interface Snapshot {
  readonly base: string;
  readonly entries: readonly DiffEntry[];
  /**
   * What no tree can hold: repositories that a tool has made inside, pipes and the like in the place of files,
   * and what is in the folders of submodules.
   */
  readonly notHeld: readonly NotHeld[];
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
  const entries = await readIndex(git, base, signal);
  const inside = await unstageRepositories(git, entries, signal);
  if (inside.length === 0) return { base, entries, notHeld };
  return {
    base,
    entries: await readIndex(git, base, signal),
    notHeld: [...notHeld, ...inside],
  };
}

async function readIndex(
  git: Git,
  base: string,
  signal: AbortSignal | undefined,
): Promise<readonly DiffEntry[]> {
  const { stdout } = await git.run(
    ["diff-index", "--cached", "--raw", "--numstat", "-z", "-M", "--no-ext-diff", base, "--"],
    { signal },
  );
  return parseDiff(stdout);
}

/** Everything that git sees in a workspace as a patch, ignored files aside; of one moment, as a tree. */
export async function takePatch(
  git: Git,
  base: string,
  paths: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<string> {
  await takeSnapshot(git, base, signal);
  const tree = await git.line(["write-tree"], { signal });
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
