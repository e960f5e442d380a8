import { type CommitObject, makeCommit } from "../git/commit-object.ts";
import type { Git } from "../git/git.ts";
import { type MergedTree, mergeTrees } from "../git/merge-tree.ts";

/**
 * Merges what a commit changed into the tip, which descends from the commit's parent. That parent is the
 * merge base, hence this is a cherry-pick, unless the commit itself is on the branch: git would find nothing
 * to merge then, even where the edit was reverted since. So another commit with the same edit stands in.
 */
export async function mergeEdit(
  git: Git,
  tip: string,
  commit: string,
  original: CommitObject,
  signal?: AbortSignal,
): Promise<MergedTree> {
  const args = ["merge-base", "--is-ancestor", commit, tip];
  const { exitCode } = await git.run(args, { signal, answers: [1] });
  if (exitCode === 1) return mergeTrees(git, tip, commit, signal);
  const message = `Stands in for ${commit}`;
  const standIn = await makeCommit(git, { ...original, message }, { sign: false, signal });
  return mergeTrees(git, tip, standIn, signal);
}
