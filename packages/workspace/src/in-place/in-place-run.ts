import { rm } from "node:fs/promises";
import { SerialQueue } from "../concurrency/serial-queue.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";
import type { Delivery } from "../run/delivery.ts";
import type { LandedCommit } from "../run/landed-commits.ts";
import type { Landing } from "../run/landing.ts";
import type { SalvageOptions } from "../run/run-branch.ts";
import type { SalvagedWork } from "../salvage/salvage.ts";
import { IN_PLACE } from "./folder-parts.ts";
import { only } from "./guarded-folder.ts";
import type { InPlaceContext } from "./in-place-context.ts";
import { type InPlaceAttempt, InPlaceWorkspace } from "./in-place-workspace.ts";
import { nameOf } from "./record.ts";

/** What became of a run that was taken back. */
export interface Undone {
  /** Files that are as they were before the run, relative to the root. */
  readonly restored: readonly string[];
  /** Files that somebody changed since they landed: they are left as they are. */
  readonly changed: readonly string[];
}

/**
 * A run that works in the user's folder itself: backups instead of worktrees, a lock for each file
 * instead of a branch. What lands stays where it is.
 */
export class InPlaceRun implements AsyncDisposable {
  readonly run: string;
  /** The folder. */
  readonly ref: string;
  readonly base: string = IN_PLACE;
  /** All instances work in one folder, and wait for each other's files. */
  readonly shared = true;
  /** Where the backups and the edits that did not land are. */
  readonly state: string;
  readonly #context: InPlaceContext;
  readonly #landing: SerialQueue = new SerialQueue();
  /** Edits that a killed process left in the folder, and that nobody can look at yet. */
  readonly #interrupted: string[] = [];
  #tip: string;
  #disposal: Promise<void> | null = null;

  /** Use {@link Folder.createRun}. */
  constructor(run: string, context: InPlaceContext) {
    this.run = run;
    this.#context = context;
    this.ref = context.folder.root;
    this.state = context.state;
    this.#tip = this.#newest();
  }

  /** The newest edit that landed and was not taken back, or {@link base}. */
  tip(): string {
    return this.#tip;
  }

  /** The folder, as one instance works in it. */
  async openWorkspace(index: number): Promise<InPlaceWorkspace> {
    if (this.#disposal !== null) throw this.#closed();
    const workspace = new InPlaceWorkspace(this.#context, index);
    return workspace;
  }

  /**
   * Lets an edit stay, and frees its files. One that is not in the folder any more is written there again,
   * unless somebody else changed its files since: that is a conflict. What landed before is not landed again.
   * @throws {WorkspaceError} OPTION_INVALID for an edit of another run, FILE_HELD, STATE_FAILED
   */
  land(edit: string): Promise<Landing> {
    return this.#landing.run(() => this.#land(edit));
  }

  /** The edits that landed, by task and attempt, oldest first; what was taken back aside. */
  async landedCommits(): Promise<readonly LandedCommit[]> {
    const { landed, undone } = this.#context.record.state;
    return [...landed]
      .filter(([edit]) => !undone.has(edit))
      .map(([commit, { task, token }]) => ({ task, attempt: token, commit }));
  }

  /** Whether an edit of that name is kept. */
  async hasCommit(edit: string): Promise<boolean> {
    return this.#context.record.state.edits.has(edit);
  }

  /** Writes an edit that did not land where the user can look at it, and gives that folder. */
  park(edit: string, name: string): Promise<string> {
    return this.#context.keep(edit, name);
  }

  /**
   * Puts what a killed process left half done where the user can look at it: its files are restored by now.
   * @param options edits that are `known` are kept anyway
   */
  async salvage({ known = [] }: SalvageOptions = {}): Promise<readonly SalvagedWork[]> {
    const salvaged: SalvagedWork[] = [];
    for (const edit of this.#interrupted.splice(0)) {
      if (known.includes(edit)) continue;
      const ref = await this.park(edit, `interrupted-${edit.slice(0, 8)}`);
      salvaged.push({ ref, worktree: this.ref });
    }
    return salvaged;
  }

  /** What landed is where it belongs. */
  async deliver(): Promise<Delivery> {
    return this.undelivered();
  }

  /** The same: it cannot be held back. */
  async undelivered(_reason?: string): Promise<Delivery> {
    if (this.tip() === this.base) return { kind: "nothing" };
    const { watch } = this.#context;
    return {
      kind: "in-place",
      folder: this.ref,
      backups: this.state,
      unwatched: watch.cut,
    };
  }

  /**
   * Takes the files of an attempt before anything else is taken for it, so that nothing waits with it. Its
   * workspace has them from then on.
   * @param onBusy called when it has to wait, at least once
   * @returns gives them back, for an attempt that does not come to a workspace
   * @throws {WorkspaceError} FILE_HELD, PATH_OUTSIDE, STATE_FAILED
   */
  async reserve(
    { task, token, files, signal }: InPlaceAttempt,
    onBusy?: () => void,
  ): Promise<() => void> {
    const { folder, locks } = this.#context;
    const name = nameOf({ task, token });
    await locks.take(name, folder.places(files), signal, onBusy);
    return () => locks.giveBack(name);
  }

  /**
   * Brings every file that the run changed back to what it was before, the newest edit first. A file that
   * was changed since is left as it is. May be called again.
   */
  restore(): Promise<Undone> {
    return this.#landing.run(() => this.#restoreAll());
  }

  /**
   * Restores the files of attempts that are not over, and lets go of all files. What landed stays, and so
   * do its backups. May be called more than once.
   */
  dispose(): Promise<void> {
    this.#disposal ??= this.#landing.run(() => this.#dispose());
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Restores what a process that is gone left half-done, before anything else is. */
  async recover(): Promise<void> {
    await this.#restoreOpen((edit) => this.#interrupted.push(edit));
  }

  #newest(): string {
    const { landed, undone } = this.#context.record.state;
    return [...landed.keys()].findLast((edit) => !undone.has(edit)) ?? IN_PLACE;
  }

  async #land(id: string): Promise<Landing> {
    const { record, locks, folder } = this.#context;
    const edit = record.state.edits.get(id);
    if (edit === undefined) {
      throw new WorkspaceError("OPTION_INVALID", `Expected an edit of this run, found ${id}.`);
    }
    const { landed, undone } = record.state;
    if (landed.has(id) && !undone.has(id)) return { kind: "landed", commit: id };
    const { task, token } = edit;
    const name = nameOf(edit);
    const places = Object.keys(record.state.open.get(name)?.before ?? edit.before);
    await locks.take(name, places);
    const others = await folder.bring(edit.before, edit.after);
    if (others.length > 0) {
      // Whatever of it is in the folder goes; what somebody else wrote there stays.
      const mine = Object.keys(edit.before).filter((path) => !others.includes(path));
      await folder.bring(only(edit.after, mine), only(edit.before, mine));
      await record.write({ type: "restored", task, token });
      this.#context.over(name, places);
      return { kind: "conflict", files: others };
    }
    await record.write({ type: "landed", task, token, edit: id });
    this.#tip = id;
    this.#context.over(name, places);
    return { kind: "landed", commit: id };
  }

  async #restoreAll(): Promise<Undone> {
    const { record, locks, folder } = this.#context;
    await this.salvage();
    const restored = new Set<string>();
    const changed = new Set<string>();
    for (const id of [...record.state.landed.keys()].reverse()) {
      const edit = record.state.edits.get(id);
      if (edit === undefined || record.state.undone.has(id)) continue;
      const name = `undo:${id}`;
      await locks.take(name, Object.keys(edit.before));
      const others = await folder.bring(edit.after, edit.before);
      for (const path of others) changed.add(path);
      if (others.length === 0) {
        await record.write({ type: "undone", edit: id });
        for (const path of Object.keys(edit.before)) restored.add(path);
      }
      this.#context.over(name, Object.keys(edit.before));
    }
    this.#tip = this.#newest();
    for (const path of changed) restored.delete(path);
    return { restored: [...restored].sort(), changed: [...changed].sort() };
  }

  async #dispose(): Promise<void> {
    const { record, locks, watch } = this.#context;
    watch[Symbol.dispose]();
    let failure: { readonly cause: unknown } | null = null;
    try {
      await this.#restoreOpen((edit) => this.#interrupted.push(edit));
      await this.salvage();
    } catch (cause) {
      failure = { cause };
    }
    await locks.close();
    await record.close();
    const { edits, open } = record.state;
    // Nothing was ever changed, so there is nothing to go back to.
    if (edits.size === 0 && open.size === 0) await rm(this.state, { recursive: true, force: true });
    if (failure !== null) throw failure.cause;
  }

  async #restoreOpen(keep: (edit: string) => void): Promise<void> {
    const { record, locks } = this.#context;
    for (const attempt of [...record.state.open.values()]) {
      await locks.take(nameOf(attempt), Object.keys(attempt.before));
      const edit = await this.#context.restore(attempt);
      if (edit !== null) keep(edit);
    }
  }

  #closed(): WorkspaceError {
    return new WorkspaceError("WORKSPACE_CLOSED", `The run ${this.run} was disposed of.`);
  }
}
