import { repositoryQueue } from "../concurrency/repository-queue.ts";
import { type Git, nulSeparated } from "../git/git.ts";
import { mergeTrees } from "../git/merge-tree.ts";
import { deleteRef } from "../git/refs.ts";
import type { RepositoryParts } from "../repository/parts.ts";
import { branchRef } from "./take-run.ts";

/** Which run's refs are no longer wanted. */
export interface ForgetRunOptions {
  readonly run: string;
  /** Those too whose commits nothing else has. @default false */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A ref of a run that stays, and why. */
export interface KeptRef {
  readonly ref: string;
  readonly commit: string;
  /**
   * - `unmerged`: no other branch has its commit, and HEAD does not have what it changes
   * - `checked-out`: somebody stands on it
   * - `moved`: it was moved meanwhile
   */
  readonly reason: "unmerged" | "checked-out" | "moved";
}

/** What became of a run's refs. */
export interface ForgottenRun {
  readonly removed: readonly string[];
  readonly kept: readonly KeptRef[];
}

/** See {@link Repository.forgetRun}. */
export async function forgetRun(
  { git, commonDir }: RepositoryParts,
  { run, force = false, signal }: ForgetRunOptions,
): Promise<ForgottenRun> {
  const removed: string[] = [];
  const kept: KeptRef[] = [];
  for (const { ref, commit, isCheckedOut } of await refsOf(git, run, signal)) {
    const keep = (reason: KeptRef["reason"]): number => kept.push({ ref, commit, reason });
    if (isCheckedOut) keep("checked-out");
    else if (!force && !(await isMerged(git, run, commit, signal))) keep("unmerged");
    else if (await repositoryQueue(commonDir).run(() => deleteRef(git, ref, commit))) {
      removed.push(ref);
    } else keep("moved");
  }
  return { removed, kept };
}

interface RunRef {
  readonly ref: string;
  readonly commit: string;
  readonly isCheckedOut: boolean;
}

async function refsOf(git: Git, run: string, signal?: AbortSignal): Promise<RunRef[]> {
  const format = "--format=%(refname) %(objectname) %(worktreepath)%00";
  const places = [branchRef(run), `refs/cluster/${run}/`];
  const { stdout } = await git.run(["for-each-ref", format, ...places], { signal });
  return nulSeparated(stdout).flatMap((entry) => {
    const [ref = "", commit = "", ...path] = entry.trim().split(" ");
    return ref === "" ? [] : [{ ref, commit, isCheckedOut: path.join(" ") !== "" }];
  });
}

/** Whether another branch or tag has the commit, or HEAD has all that it changes, as after a squash. */
async function isMerged(
  git: Git,
  run: string,
  commit: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const places = ["refs/heads", "refs/remotes", "refs/tags"];
  const args = ["for-each-ref", "--format=%(refname)", `--contains=${commit}`, ...places];
  const holders = (await git.run(args, { signal })).stdout.split("\n");
  if (holders.some((ref) => ref !== "" && ref !== branchRef(run))) return true;
  const merged = await mergeTrees(git, "HEAD", commit, signal);
  if (merged.kind === "conflict") return false;
  return merged.tree === (await git.line(["rev-parse", "--verify", "HEAD^{tree}"]));
}
