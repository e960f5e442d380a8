import { rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type Git, nulSeparated } from "../git/git.ts";
import { swapRef } from "../git/refs.ts";
import { noObject } from "../repository/parts.ts";
import type { RunContext } from "../run/run-context.ts";
import { danglingCommits, LandedAttempts } from "./dangling-commits.ts";
import { isMerged } from "./is-merged.ts";
import { leftWorktrees, removeLeftWorktree, removeUnfinishedRecords } from "./left-worktree.ts";
import { unsavedWork } from "./unsaved-work.ts";

/** Edits that a killed process had not committed, and where they are kept now. */
export interface SalvagedWork {
  /** `refs/cluster/<run>/interrupted-<n>` */
  readonly ref: string;
  /** The folder that held them, which is gone. */
  readonly worktree: string;
}

/** See {@link RunBranch.salvage}. */
export async function salvage(
  context: RunContext,
  tip: string,
  known: readonly string[],
): Promise<readonly SalvagedWork[]> {
  const { parts, folder } = context;
  const { git, commonDir } = parts;
  await removeUnfinishedRecords(commonDir);
  const left = await leftWorktrees(commonDir, folder);
  if (left.length === 0) return [];
  const work = left.map((worktree) => unsavedWork(context, worktree, tip));
  await Promise.allSettled(work);
  const kept = await keptContents(context, known);
  const salvaged: SalvagedWork[] = [];
  const landed = new LandedAttempts(context, tip);
  for (const [at, worktree] of left.entries()) {
    // A worktree whose work could not be read stays, and so do those after it: this can be done again.
    const commit = (await work[at]) ?? null;
    const made = await danglingCommits(context, worktree, landed, commit);
    for (const one of commit === null ? made : [commit, ...made]) {
      if (await isMerged(git, one, tip)) continue;
      const content = await contentOf(git, one);
      if (kept.has(content) || (await isOnSomeRef(git, one))) continue;
      kept.add(content);
      salvaged.push({ ref: await keep(context, one), worktree: worktree.path });
    }
  }
  await context.shared.run(() => Promise.all(left.map(removeLeftWorktree)));
  await rm(folder, { recursive: true, force: true });
  // Only when no other run has worktrees there. Those of before the repository was moved are elsewhere.
  const made = new Set(left.map(({ path }) => dirname(path)));
  for (const emptied of made) {
    if (emptied !== folder) await rmdir(emptied).catch(() => {});
    await rmdir(dirname(emptied)).catch(() => {});
  }
  await rmdir(parts.worktrees).catch(() => {});
  return salvaged;
}

/** What the run's refs and the caller's commits hold, each as its tree and what that was made from. */
async function keptContents(
  { parts, run }: RunContext,
  known: readonly string[],
): Promise<Set<string>> {
  const args = ["for-each-ref", "--format=%(tree) %(parent)%00", `refs/cluster/${run}/`];
  const parked = nulSeparated((await parts.git.run(args)).stdout);
  const others = known.map((commit) => contentOf(parts.git, commit).catch(() => ""));
  return new Set([...parked.map((line) => line.trim()), ...(await Promise.all(others))]);
}

async function contentOf(git: Git, commit: string): Promise<string> {
  const args = ["rev-list", "--no-walk", "--no-commit-header", "--format=%T %P", commit, "--"];
  return (await git.line(args)).trim();
}

/** A tool may have committed to a branch of its own, which is left where it is. */
async function isOnSomeRef(git: Git, commit: string): Promise<boolean> {
  return (await git.line(["for-each-ref", "--count=1", `--contains=${commit}`])) !== "";
}

async function keep({ parts, run }: RunContext, commit: string): Promise<string> {
  const from = noObject(parts.objectFormat);
  for (let n = 1; ; n++) {
    const ref = `refs/cluster/${run}/interrupted-${n}`;
    if (await swapRef(parts.git, { ref, to: commit, from, message: "cluster: salvage" }))
      return ref;
  }
}
