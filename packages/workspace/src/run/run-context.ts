import type { SerialQueue } from "../concurrency/serial-queue.ts";
import type { CheckoutContent } from "../disk/checkout-content.ts";
import type { CommitObject } from "../git/commit-object.ts";
import type { RepositoryParts } from "../repository/parts.ts";
import type { Setup } from "../setup/setup.ts";
import type { StandingObjects } from "../standing/standing-objects.ts";

/** What the parts of one run share. */
export interface RunContext {
  readonly parts: RepositoryParts;
  readonly run: string;
  /** `refs/heads/cluster/<run>` */
  readonly ref: string;
  /** `cluster/<run>` */
  readonly branch: string;
  readonly base: string;
  /** Where the branch was when this process took it over: at `base`, for a new one. */
  readonly start: string;
  /** Whether another process worked on it before. */
  readonly reopened: boolean;
  /** What was checked out when the run began; `null` for a detached HEAD. */
  readonly target: string | null;
  /** The folder of the run's worktrees. */
  readonly folder: string;
  /** One at a time in this process: what changes metadata that all worktrees share. */
  readonly shared: SerialQueue;
  /** Commits made here that are neither landed nor parked: landing them need not read them. */
  readonly made: Map<string, CommitObject>;
  /** The way to objects and to the branch that needs no start of git. */
  readonly objects: StandingObjects;
  /** What makes a new worktree fit for work. */
  readonly setup: Required<Setup> | null;
  /** What all worktrees of the run may take on the disk; `Infinity` for no ceiling. */
  readonly maxWorktreeBytes: number;
  /** What a worktree at `base` holds; read once. */
  readonly content: () => Promise<CheckoutContent>;
  /** Aborted when the run is disposed of. */
  readonly closing: AbortController;
  /** Lets go of what starts git for this run, and of the gits that stand. */
  readonly letGo: () => Promise<void>;
}
