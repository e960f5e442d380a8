import { rm, rmdir } from "node:fs/promises";
import { SerialQueue } from "../concurrency/serial-queue.ts";
import { DiskRoom, type WorktreeRoom } from "../disk/disk-room.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { type SalvagedWork, salvage } from "../salvage/salvage.ts";
import { dropSuperseded } from "../salvage/superseded.ts";
import { openWorkspace } from "../workspace/open.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type DeliverOptions, type Delivery, deliver, keptOnBranch } from "./delivery.ts";
import type { DeliveryChoice } from "./delivery-choice.ts";
import { dropBranch } from "./drop-branch.ts";
import {
  hasCommit,
  type LandedCommit,
  type LandedCommitsOptions,
  landedCommits,
  readAttempt,
} from "./landed-commits.ts";
import { BranchTip, type Landing } from "./landing.ts";
import { park, unpark } from "./parking.ts";
import type { RunContext } from "./run-context.ts";

/** What an operation of a run can be given up with. */
export interface RunOperationOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What is salvaged. */
export interface SalvageOptions {
  /** Commits that are kept anyway, as they are about to land: what they hold is not kept once more. */
  readonly known?: readonly string[];
}

/** A run's own branch, `cluster/<run>`, and the worktrees that work for it. */
export class RunBranch implements AsyncDisposable {
  readonly run: string;
  /** `refs/heads/cluster/<run>` */
  readonly ref: string;
  /** The commit that the branch began on. */
  readonly base: string;
  readonly #context: RunContext;
  readonly #tip: BranchTip;
  readonly #landing: SerialQueue = new SerialQueue();
  readonly #workspaces = new Map<number, Promise<Workspace>>();
  readonly #room: DiskRoom;
  #setupFailure: WorkspaceError | null = null;
  #state: "open" | "disposed" = "open";

  #salvage: Promise<readonly SalvagedWork[]> | null = null;
  #isSalvaged = false;
  #landedBefore: Promise<ReadonlyMap<string, string>> | null = null;

  /** Use {@link Repository.createRun} or {@link Repository.reopenRun}. */
  constructor(context: RunContext) {
    this.#context = context;
    this.run = context.run;
    this.ref = context.ref;
    this.base = context.base;
    this.#tip = new BranchTip(context);
    this.#room = new DiskRoom(context);
  }

  /** The branch's newest commit. */
  tip(): string {
    return this.#tip.commit;
  }

  /**
   * For how many worktrees there is room, by the size of what is checked out: under the ceiling, and on
   * the disk.
   * @throws {WorkspaceError} DISK_LIMIT, DISK_FULL when there is none for a single one
   */
  room(): Promise<WorktreeRoom> {
    return this.#room.look();
  }

  /**
   * Makes the worktree of one instance, brings it to the tip and sets it up. A setup that failed is not
   * tried again.
   * @param index the instance, counted from 0; one workspace each
   * @throws {WorkspaceError} OPTION_INVALID, WORKSPACE_CLOSED, SETUP_FAILED, DISK_LIMIT, DISK_FULL, LOCKED,
   *   GIT_FAILED
   */
  openWorkspace(index: number, options: RunOperationOptions = {}): Promise<Workspace> {
    if (this.#state === "disposed") return Promise.reject(closed(this.run));
    if (!Number.isSafeInteger(index) || index < 0 || this.#workspaces.has(index)) {
      const message = `Expected index to be a whole number from 0 that has no workspace yet, found ${index}.`;
      return Promise.reject(new WorkspaceError("OPTION_INVALID", message));
    }
    const opening = this.#open(index, options.signal);
    this.#workspaces.set(index, opening);
    opening.catch(() => this.#workspaces.delete(index));
    return opening;
  }

  /**
   * Puts a task's commit onto the branch, one at a time, as one commit with the same author, message
   * and change. A commit that landed before is not landed again.
   * @throws {WorkspaceError} OPTION_INVALID when it was not made on this branch, BRANCH_MOVED, LOCKED,
   *   DISK_FULL, SIGNING_FAILED, GIT_FAILED
   */
  land(commit: string, options: RunOperationOptions = {}): Promise<Landing> {
    return this.#landing.run(async () => {
      const before = await this.#landedEarlier(commit);
      if (before !== undefined) return { kind: "landed", commit: before };
      return this.#tip.land(commit, options.signal);
    });
  }

  /**
   * Keeps a commit that did not land, as `refs/cluster/<run>/<task>`, and gives that ref. When it keeps
   * another commit already, a number is added.
   */
  park(commit: string, task: string): Promise<string> {
    return park(this.#context, commit, task);
  }

  /** Lets go of a commit that {@link park} kept under that very name, since what landed stands for it. */
  unpark(commit: string, task: string): Promise<void> {
    return unpark(this.#context, commit, task);
  }

  /**
   * Removes the refs of interrupted attempts ({@link salvage}) whose edits the branch has by now, and gives them.
   */
  dropSuperseded(): Promise<readonly string[]> {
    return dropSuperseded(this.#context, this.tip());
  }

  /**
   * What landed, in that order, as the trailers `Cluster-Task` and `Cluster-Attempt` of the branch's
   * commits say it: the witness beside any journal.
   */
  landedCommits(options: LandedCommitsOptions = {}): Promise<readonly LandedCommit[]> {
    return landedCommits(this.#context, this.tip(), options);
  }

  /** Whether a commit is in the repository, with its tree: one that no ref pointed to may be gone. */
  hasCommit(commit: string, options: RunOperationOptions = {}): Promise<boolean> {
    return hasCommit(this.#context.parts.git, commit, options.signal);
  }

  /**
   * Keeps what a killed process of this run left in its worktrees and did not commit, ignored files
   * aside, each as a commit under `refs/cluster/<run>/interrupted-<n>`, and removes those worktrees.
   * Nothing is kept of what the branch, a parked commit or `known` has already. For a reopened run, and
   * before its first workspace, which else does it by itself; the second call gives what the first found.
   * @throws {WorkspaceError} DISK_FULL, LOCKED, GIT_FAILED: then the worktrees are still there
   */
  salvage(options: SalvageOptions = {}): Promise<readonly SalvagedWork[]> {
    if (!this.#context.reopened) return Promise.resolve([]);
    if (this.#state === "disposed") return Promise.reject(closed(this.run));
    this.#salvage ??= salvage(this.#context, this.tip(), options.known ?? []).then(
      (salvaged) => {
        this.#isSalvaged = true;
        return salvaged;
      },
      (error: unknown) => {
        this.#salvage = null;
        throw error;
      },
    );
    return this.#salvage;
  }

  /**
   * Brings the branch into the one that was checked out when the run began, or to where else `as` says:
   * when that is still checked out, clean, and without conflict. Else it stays, with the command that
   * lands it. What the user has is never overwritten, and none of their hooks run.
   * @throws {WorkspaceError} OPTION_INVALID, DISK_FULL, GIT_FAILED
   */
  deliver(options: DeliverOptions = {}): Promise<Delivery> {
    return this.#landing.run(() =>
      this.#context.shared.run(() => deliver(this.#context, this.tip(), options)),
    );
  }

  /** What {@link deliver} would say, where the branch is to stay for another reason than git's. */
  undelivered(reason: string, { as = "merge" }: DeliveryChoice = {}): Promise<Delivery> {
    return keptOnBranch(this.#context, as, reason);
  }

  /**
   * Removes the run's worktrees with all that is in them (of a reopened run, once they were salvaged), and the branch when nothing landed on it and
   * nobody has it checked out.
   * What landed or was parked stays. May be called more than once.
   */
  async dispose(): Promise<void> {
    this.#state = "disposed";
    this.#context.closing.abort(closed(this.run));
    try {
      await this.#remove();
    } finally {
      await this.#context.letGo();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #open(index: number, signal: AbortSignal | undefined): Promise<Workspace> {
    await this.salvage();
    if (this.#setupFailure !== null) throw this.#setupFailure;
    const onRemoved = (): void => {
      this.#workspaces.delete(index);
      this.#room.giveBack(index);
    };
    const owner = { tip: () => this.tip(), onRemoved };
    const open = (): Promise<Workspace> => openWorkspace(this.#context, index, owner, signal);
    return this.#room.take(index, open).catch((error: unknown) => {
      // What failed in one worktree would fail in the next, and may have taken minutes.
      if (error instanceof WorkspaceError && error.code === "SETUP_FAILED") {
        this.#setupFailure ??= error;
      }
      throw error;
    });
  }

  /** As what a commit landed that an earlier process made and landed, and did not live to tell of. */
  async #landedEarlier(commit: string): Promise<string | undefined> {
    const { reopened, made, parts, base, start } = this.#context;
    if (!reopened || base === start || made.has(commit)) return undefined;
    const key = (task: string, attempt: number): string => `${attempt} ${task}`;
    this.#landedBefore ??= landedCommits(this.#context, start).then(
      (landed) => new Map(landed.map((one) => [key(one.task, one.attempt), one.commit])),
    );
    const of = await readAttempt(parts.git, commit, this.run);
    return of === null ? undefined : (await this.#landedBefore).get(key(of.task, of.attempt));
  }

  async #remove(): Promise<void> {
    const opened = await Promise.allSettled(this.#workspaces.values());
    const removed = await Promise.allSettled(
      opened.map((opening) =>
        opening.status === "fulfilled" ? opening.value.remove() : undefined,
      ),
    );
    const failed = removed.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    // What a killed process left, and could not be salvaged, is not this one's to remove.
    if (this.#isSalvaged || !this.#context.reopened) {
      await rm(this.#context.folder, { recursive: true, force: true });
      // Only when no other run has worktrees there.
      await rmdir(this.#context.parts.worktrees).catch(() => {});
    }
    this.#context.made.clear();
    if (this.tip() === this.base) await dropBranch(this.#context, this.base);
  }
}

function closed(run: string): WorkspaceError {
  return new WorkspaceError("WORKSPACE_CLOSED", `The run ${run} was disposed of.`);
}
