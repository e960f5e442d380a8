import { setTimeout as wait } from "node:timers/promises";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { withLockedRef } from "../git/ref-transaction.ts";
import { readBranch, readHead } from "../repository/head.ts";
import { CheckoutRefused, moveCheckout } from "./checkout.ts";
import {
  checkDelivery,
  type DeliveryChoice,
  type DeliveryMode,
  deliveryCommand,
} from "./delivery-choice.ts";
import { composeDelivery } from "./delivery-commit.ts";
import { dropBranch } from "./drop-branch.ts";
import type { CutDelivery } from "./mend-checkout.ts";
import { park } from "./parking.ts";
import { writePatches } from "./patch-files.ts";
import type { RunContext } from "./run-context.ts";

/** What became of the run's branch. */
export type Delivery =
  /** The checked-out branch has it, and the run's own branch is gone. */
  | {
      readonly kind: "merged";
      readonly branch: string;
      readonly commit: string;
      /** The ref that keeps a commit for each task, where the branch has got others. */
      readonly originals?: string;
    }
  /** It stays on its own branch; `command` lands it. */
  | {
      readonly kind: "kept";
      readonly branch: string;
      readonly reason: string;
      readonly command: string;
    }
  /** It was written down, one file for each task, and the run's own branch is gone. */
  | {
      readonly kind: "patches";
      /** Absolute. */
      readonly folder: string;
      readonly files: number;
      /** The ref that keeps the commits that they were made of. */
      readonly originals: string;
    }
  /** It was made where it belongs; `backups` is the folder with what stood there before. */
  | {
      readonly kind: "in-place";
      readonly folder: string;
      readonly backups: string;
      /** The folder has more files than are looked at for changes outside of the tasks' files. */
      readonly unwatched: boolean;
    }
  /** It was made where it belongs, and taken back since. */
  | {
      readonly kind: "undone";
      readonly folder: string;
      /** How many files are as before. */
      readonly restored: number;
      /** Files that were changed after the run, and stay as they are. */
      readonly changed: readonly string[];
    }
  /** Nothing landed, so there is no branch. */
  | { readonly kind: "nothing" };

/** How to deliver. */
export interface DeliverOptions extends DeliveryChoice {
  readonly signal?: AbortSignal | undefined;
  /**
   * Hears what is about to happen to the user's checkout, and keeps it waiting: whoever writes it down
   * can mend a delivery that is cut off ({@link Repository.mendDelivery}).
   */
  readonly announce?: (delivery: CutDelivery) => Promise<void>;
}

/**
 * Brings the run's branch to where it is wanted, or says why not: into the branch that was checked out
 * when the run began, unless another choice was made.
 */
export async function deliver(
  context: RunContext,
  tip: string,
  options: DeliverOptions = {},
): Promise<Delivery> {
  const { signal, announce } = options;
  const { as, folder } = checkDelivery(options);
  const { parts, base, target } = context;
  if (tip === base) {
    await dropBranch(context, tip);
    return { kind: "nothing" };
  }
  const kept = (reason: string): Promise<Delivery> => keptOnBranch(context, as, reason);
  if (as === "branch") return kept("that was asked for");
  if (as === "patches") return deliverPatches(context, tip, folder, kept);
  if (target === null)
    return kept("no branch was checked out when the run began (HEAD is detached)");

  const deadline = performance.now() + parts.git.options.lockTimeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const head = await readHead(parts.git, signal);
    if (head.branch !== target) {
      const now =
        head.branch === null
          ? "no branch is checked out any more (HEAD is detached)"
          : `the run began on ${target}, and now ${head.branch} is checked out`;
      return await kept(now);
    }
    try {
      const wanted = await composeDelivery(context, as, head.commit, tip, signal);
      if (wanted.kind === "conflict") {
        return await kept(
          `it conflicts with what ${target} has got since, in ${wanted.files.join(", ")}`,
        );
      }
      const { commit } = wanted;
      if (commit !== head.commit)
        await announce?.({ branch: target, from: head.commit, to: commit });
      if (commit === head.commit || (await moveHead(context, target, head.commit, commit))) {
        return { kind: "merged", branch: target, commit, ...(await giveUp(context, tip, commit)) };
      }
    } catch (error) {
      if (error instanceof CheckoutRefused) return await kept(error.message);
      if (!(error instanceof WorkspaceError)) throw error;
      if (error.code !== "LOCKED" || performance.now() >= deadline)
        return await kept(error.message);
    }
    // Somebody else was faster, or is at it: look again at what is there then.
    await wait(10 + Math.random() * 40, undefined, signal === undefined ? {} : { signal });
  }
}

/** What is said of a run whose branch stays: with a command that works where the user stands now. */
export async function keptOnBranch(
  context: RunContext,
  as: DeliveryMode,
  reason: string,
): Promise<Delivery> {
  const { parts, branch } = context;
  // Where git does not say, they are told to go there: that does no harm to whoever is there.
  const checkedOut = await readBranch(parts.git).catch(() => null);
  return { kind: "kept", branch, reason, command: deliveryCommand(as, context, checkedOut) };
}

async function deliverPatches(
  context: RunContext,
  tip: string,
  folder: string,
  kept: (reason: string) => Promise<Delivery>,
): Promise<Delivery> {
  const written = await writePatches(context, tip, folder);
  if (written.kind === "refused") return kept(written.reason);
  const originals = await park(context, tip, "landed");
  await dropBranch(context, tip).catch(() => {});
  return { kind: "patches", folder: written.folder, files: written.files, originals };
}

/** Gives up the run's own branch. Commits that the target has got as others are kept under a ref. */
async function giveUp(
  context: RunContext,
  tip: string,
  commit: string,
): Promise<{ readonly originals?: string }> {
  const { git } = context.parts;
  const args = ["merge-base", "--is-ancestor", tip, commit];
  const hasThem = (await git.run(args, { answers: [1] })).exitCode === 0;
  const originals = hasThem ? {} : { originals: await park(context, tip, "landed") };
  await dropBranch(context, tip).catch(() => {});
  return originals;
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
