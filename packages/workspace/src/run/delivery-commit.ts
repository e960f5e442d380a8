import { makeCommit } from "../git/commit-object.ts";
import type { Git } from "../git/git.ts";
import { mergeTrees } from "../git/merge-tree.ts";
import type { DeliveryMode } from "./delivery-choice.ts";
import { type RunCommit, readCommits } from "./run-commits.ts";
import type { RunContext } from "./run-context.ts";
import { squashMessage } from "./squash-message.ts";

/** What the target is to become, made on objects alone. */
export type DeliveryCommit =
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "conflict"; readonly files: readonly string[] };

/** The commit that has both what `head` has and what landed; `head` itself when that has it already. */
export async function composeDelivery(
  context: RunContext,
  as: Exclude<DeliveryMode, "branch" | "patches">,
  head: string,
  tip: string,
  signal?: AbortSignal,
): Promise<DeliveryCommit> {
  const { git } = context.parts;
  if (await isAncestor(git, tip, head, signal)) return { kind: "commit", commit: head };
  const straight = head === context.base || (await isAncestor(git, head, tip, signal));
  if (straight && as !== "squash") return { kind: "commit", commit: tip };
  const merged = straight
    ? { kind: "clean" as const, tree: await treeOf(git, tip) }
    : await mergeTrees(git, head, tip, signal);
  if (merged.kind === "conflict") return merged;
  if (as === "merge") return mergeCommit(context, merged.tree, head, tip, signal);
  // Brought here before, as other commits.
  if (merged.tree === (await treeOf(git, head))) return { kind: "commit", commit: head };
  const commits = await readCommits(git, `${head}..${tip}`, signal);
  if (as === "rebase") return rebaseOnto(context, head, commits, signal);
  if (straight && commits.length === 1) return { kind: "commit", commit: tip };
  const message = squashMessage(context.run, commits);
  return commitOn(context, { tree: merged.tree, parents: [head], message }, signal);
}

function mergeCommit(
  context: RunContext,
  tree: string,
  head: string,
  tip: string,
  signal?: AbortSignal,
): Promise<DeliveryCommit> {
  const message = `Merge branch '${context.branch}'\n\nCluster-Run: ${context.run}\n`;
  return commitOn(context, { tree, parents: [head, tip], message }, signal);
}

async function commitOn(
  { parts }: RunContext,
  commit: Parameters<typeof makeCommit>[1],
  signal?: AbortSignal,
): Promise<DeliveryCommit> {
  const made = await makeCommit(parts.git, commit, { sign: parts.sign, signal });
  return { kind: "commit", commit: made };
}

/** So many merges at once. */
const SLICE = 8;

/** The branch is a line from the merge base on: merged up to any commit of it, that commit stands on `head`. */
async function rebaseOnto(
  { parts }: RunContext,
  head: string,
  commits: readonly RunCommit[],
  signal?: AbortSignal,
): Promise<DeliveryCommit> {
  const { git, sign } = parts;
  let onto = { commit: head, tree: await treeOf(git, head) };
  for (let at = 0; at < commits.length; at += SLICE) {
    const slice = commits.slice(at, at + SLICE);
    const merges = await Promise.all(slice.map(({ id }) => mergeTrees(git, head, id, signal)));
    for (const [index, merged] of merges.entries()) {
      if (merged.kind === "conflict") return merged;
      // What the target has got by another way needs no commit.
      if (merged.tree === onto.tree) continue;
      const { message, author } = slice[index] as RunCommit;
      const commit = { tree: merged.tree, parents: [onto.commit], message, author };
      onto = { commit: await makeCommit(git, commit, { sign, signal }), tree: merged.tree };
    }
  }
  return { kind: "commit", commit: onto.commit };
}

function treeOf(git: Git, commit: string): Promise<string> {
  return git.line(["rev-parse", "--verify", `${commit}^{tree}`]);
}

async function isAncestor(
  git: Git,
  ancestor: string,
  commit: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", ancestor, commit];
  return (await git.run(args, { signal, answers: [1] })).exitCode === 0;
}
