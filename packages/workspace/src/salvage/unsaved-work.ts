import { copyFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { makeCommit } from "../git/commit-object.ts";
import { removeDeadLocks } from "../git/dead-locks.ts";
import type { Git } from "../git/git.ts";
import type { RunContext } from "../run/run-context.ts";
import { isBeingReset } from "../workspace/reset-mark.ts";
import { takeSnapshot } from "../workspace/snapshot.ts";
import type { LeftWorktree } from "./left-worktree.ts";

/**
 * What a left worktree holds as a commit: its HEAD, or a commit on top of that with everything that was
 * not committed. `null` when it holds nobody's work.
 */
export async function unsavedWork(
  context: RunContext,
  left: LeftWorktree,
  tip: string,
): Promise<string | null> {
  const { record } = left;
  const head = record === null ? null : await headOf(context, record);
  if (record === null || head === null) {
    return left.folderExists ? workWithoutRecord(context, left, tip) : null;
  }
  if (await isBeingReset(record)) return null;
  if (!left.folderExists) return head;
  const index = join(record, "cluster-salvage");
  const git = gitOf(context, left, { GIT_DIR: record, GIT_INDEX_FILE: index });
  await clearAway(index);
  try {
    // Without an index it was never checked out: all its files would count as deleted.
    if (!(await copyIndex(join(record, "index"), index))) return head;
    return await commitAll(context, git, left, head);
  } finally {
    await rm(index, { force: true });
  }
}

/** What a salvage that was killed left of its own index. Its lock would keep every later one from the run. */
async function clearAway(index: string): Promise<void> {
  await removeDeadLocks([`${index}.lock`]);
  await rm(index, { force: true });
}

async function headOf({ parts }: RunContext, record: string): Promise<string | null> {
  const git = parts.git.with({
    environment: { ...parts.git.options.environment, GIT_DIR: record },
  });
  try {
    return await git.line(["rev-parse", "--verify", "HEAD^{commit}"]);
  } catch (error) {
    // Cut short while it was made, or while it was removed.
    if (error instanceof WorkspaceError && /^(GIT_FAILED|NOT_A_REPOSITORY)$/.test(error.code)) {
      return null;
    }
    throw error;
  }
}

/** What it was made from is not known any more: unless it is as some commit of the run, it is put on the tip. */
async function workWithoutRecord(
  context: RunContext,
  left: LeftWorktree,
  tip: string,
): Promise<string | null> {
  const { parts, base } = context;
  const index = `${left.path}.cluster-salvage`;
  const git = gitOf(context, left, { GIT_DIR: parts.gitDir, GIT_INDEX_FILE: index });
  await clearAway(index);
  try {
    await git.run(["read-tree", "--empty"]);
    await git.run(["add", "--all"]);
    if ((await git.run(["ls-files", "--cached", "-z"])).stdout === "") return null;
    const tree = await git.line(["write-tree"]);
    const args = ["rev-list", "--no-commit-header", "--format=%T", `${base}..${tip}`, "--"];
    const trees = (await git.line(args)).split("\n");
    trees.push(await git.line(["rev-parse", "--verify", `${base}^{tree}`]));
    return trees.includes(tree) ? null : await commitAll(context, git, left, tip);
  } finally {
    await rm(index, { force: true });
  }
}

async function commitAll(
  { run }: RunContext,
  git: Git,
  { path }: LeftWorktree,
  head: string,
): Promise<string> {
  const { entries } = await takeSnapshot(git, head);
  if (entries.length === 0) return head;
  const tree = await git.line(["write-tree"]);
  const message =
    `cluster: what run ${run} left in its worktree ${path.split("/").at(-1)}\n\n` +
    `The run was interrupted there before this was committed.\n\nCluster-Run: ${run}\n`;
  // Not signed: a signer that asks for a passphrase must not cost an edit.
  return makeCommit(git, { tree, parents: [head], message }, { sign: false });
}

function gitOf(
  { parts }: RunContext,
  { path }: LeftWorktree,
  variables: Readonly<Record<string, string>>,
): Git {
  const { environment } = parts.git.options;
  return parts.git.with({
    cwd: path,
    environment: { ...environment, ...variables, GIT_WORK_TREE: path },
  });
}

/**
 * The worktree's own index may be locked by a git that died. Its copy counts as older than it is: git
 * looks into files that changed since the index was written, and only into those.
 */
async function copyIndex(from: string, to: string): Promise<boolean> {
  const index = await stat(from).catch(() => null);
  if (index === null) return false;
  await copyFile(from, to);
  const before = Math.floor(index.mtimeMs / 1_000) - 1;
  await utimes(to, before, before);
  return true;
}
