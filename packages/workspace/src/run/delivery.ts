import { setTimeout as wait } from "node:timers/promises";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { makeCommit } from "../git/commit-object.ts";
import { mergeTrees } from "../git/merge-tree.ts";
import { withLockedRef } from "../git/ref-transaction.ts";
import { deleteRef } from "../git/refs.ts";
import { readHead } from "../repository/head.ts";
import { CheckoutRefused, moveCheckout } from "./checkout.ts";
import type { CutDelivery } from "./mend-checkout.ts";
import type { RunContext } from "./run-context.ts";

/** What became of the run's branch. */
export type Delivery =
  /** The checked-out branch has it, and the run's own branch is gone. */
  | { readonly kind: "merged"; readonly branch: string; readonly commit: string }
  /** It stays on its own branch; `command` lands it. */
  | {
      readonly kind: "kept";
      readonly branch: string;
      readonly reason: string;
      readonly command: string;
    }
  /** It was made where it belongs; `backups` is the folder with what stood there before. */
  | {
      readonly kind: "in-place";
      readonly folder: string;
      readonly backups: string;
      /** The folder has more files than are looked at for changes outside of the tasks' files. */
      readonly unwatched: boolean;
    }
  /** Nothing landed, so there is no branch. */
  | { readonly kind: "nothing" };

/** How to deliver. */
export interface DeliverOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Hears what is about to happen to the user's checkout, and keeps it waiting: whoever writes it down
   * can mend a delivery that is cut off ({@link Repository.mendDelivery}).
   */
  readonly announce?: (delivery: CutDelivery) => Promise<void>;
}

type Merge =
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "conflict"; readonly files: readonly string[] };

/** Brings the run's branch into the branch that was checked out when the run began, or says why not. */
export async function deliver(
  context: RunContext,
  tip: string,
  { signal, announce }: DeliverOptions = {},
): Promise<Delivery> {
  const { parts, base, target, ref, branch } = context;
  if (tip === base) {
    await deleteRef(parts.git, ref, tip);
    return { kind: "nothing" };
  }
  const kept = (reason: string): Delivery => ({
    kind: "kept",
    branch,
    reason,
    command: `git merge ${branch}`,
  });
  if (target === null)
    return kept("no branch was checked out when the run began (HEAD is detached)");

  const deadline = performance.now() + parts.git.options.lockTimeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const head = await readHead(parts.git, signal);
    if (head.branch === null) return kept("no branch is checked out any more (HEAD is detached)");
    if (head.branch !== target) {
      return kept(`the run began on ${target}, and now ${head.branch} is checked out`);
    }
    try {
      const merge = await mergeOnObjects(context, head.commit, tip, signal);
      if (merge.kind === "conflict") {
        return kept(`it conflicts with what ${target} has got since, in ${merge.files.join(", ")}`);
      }
      const { commit } = merge;
      if (commit !== head.commit)
        await announce?.({ branch: target, from: head.commit, to: commit });
      if (commit === head.commit || (await moveHead(context, target, head.commit, commit))) {
        // Its commits are on the target now: the name alone is given up.
        await deleteRef(parts.git, ref, tip).catch(() => {});
        return { kind: "merged", branch: target, commit };
      }
    } catch (error) {
      if (error instanceof CheckoutRefused) return kept(error.message);
      if (!(error instanceof WorkspaceError)) throw error;
      if (error.code !== "LOCKED" || performance.now() >= deadline) return kept(error.message);
    }
    // Somebody else was faster, or is at it: look again at what is there then.
    await wait(10 + Math.random() * 40, undefined, signal === undefined ? {} : { signal });
  }
}

/** `false` when the branch had moved meanwhile. */
async function moveHead(
  { parts, run }: RunContext,
  branch: string,
  from: string,
  to: string,
): Promise<boolean> {
  const { git, root, gitDir } = parts;
  const move = { ref: "HEAD", from, to, message: `cluster: deliver run ${run}` };
  const patient = git.with({ lockTimeoutMs: Math.min(git.options.lockTimeoutMs, 1_000) });
  let moved = false;
  const end = await withLockedRef(git, move, async () => {
    await moveCheckout(patient, { root, gitDir, branch, from, to });
    moved = true;
  }).catch((error: unknown) => {
    if (!moved) throw error;
    return error;
  });
  if (end === "committed") return true;
  if (!moved) return false;
  // The files went ahead and the branch did not follow, as when its log cannot be written.
  if ((await readHead(git)).commit === to) return true;
  await patient.run(["read-tree", "-m", "-u", to, from]);
  if (end === "stale") return false;
  throw end;
}

/** The tip itself when that is ahead of `head`, else a merge of both. */
async function mergeOnObjects(
  { parts, run, branch, base }: RunContext,
  head: string,
  tip: string,
  signal?: AbortSignal,
): Promise<Merge> {
  const { git, sign } = parts;
  if (head === base || (await isAncestor(git, head, tip, signal))) {
    return { kind: "commit", commit: tip };
  }
  if (await isAncestor(git, tip, head, signal)) return { kind: "commit", commit: head };
  const merged = await mergeTrees(git, head, tip, signal);
  if (merged.kind === "conflict") return merged;
  const message = `Merge branch '${branch}'\n\nCluster-Run: ${run}\n`;
  const commit = { tree: merged.tree, parents: [head, tip], message };
  return { kind: "commit", commit: await makeCommit(git, commit, { sign, signal }) };
}

async function isAncestor(
  git: RunContext["parts"]["git"],
  ancestor: string,
  commit: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", ancestor, commit];
  return (await git.run(args, { signal, answers: [1] })).exitCode === 0;
}
