import { WorkspaceError } from "../errors/workspace-error.ts";
import { type CommitAuthor, type CommitObject, gitDate, makeCommit } from "../git/commit-object.ts";
import type { Identity } from "../git/environment.ts";
import type { Git } from "../git/git.ts";
import { wasKilled } from "../git/killed.ts";
import { resolveInside } from "../repository/paths.ts";
import type { RunContext } from "../run/run-context.ts";
import { removeLeftWorktree } from "../salvage/left-worktree.ts";
import { WorktreeSetup } from "../setup/worktree-setup.ts";
import type { FileChange } from "./change.ts";
import { commitWithHooks } from "./commit.ts";
import { removeFolder, type WorktreeFolder } from "./folder.ts";
import { noteMade } from "./made-commits.ts";
import { composeMessage, type Trailers } from "./message.ts";
import { notHeld } from "./not-held.ts";
import { resetWorktree } from "./reset.ts";
import { classify, selectedTree } from "./selection.ts";
import { type Snapshot, takePatch, takeSnapshot, unwrittenPatch } from "./snapshot.ts";
import { changedInSubmodules } from "./submodules.ts";

/** What a workspace needs of the run that owns it. */
export interface WorkspaceOwner {
  tip(): string;
  onRemoved(): void;
}

/** What an operation of a workspace can be given up with. */
export interface WorkspaceOperationOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What changed in a workspace since its reset, and the moment at which that was read. */
export interface WorkspaceChanges {
  /** Changes to the files that were named. */
  readonly inside: readonly FileChange[];
  /** All others, ignored files aside. */
  readonly outside: readonly FileChange[];
}

/** What to commit, and in whose words. */
export interface CommitOptions {
  /** The paths of the changes to commit, or `"all"`. A renamed file goes by its new path. */
  readonly paths: readonly string[] | "all";
  readonly message: string;
  /** Added to the message after `Cluster-Run`, such as `{ "Cluster-Task": "a1b2", "Cluster-Attempt": 1 }`. */
  readonly trailers?: Trailers;
  /** Added as `Cluster-Tool`. */
  readonly tool?: string;
  /** @default the user as git knows them */
  readonly author?: Identity;
  /**
   * Commit what these saw, which saves looking again. Absent: what is in the workspace now.
   * Whatever runs after `changes()`, such as a formatter, is not in them.
   */
  readonly changes?: WorkspaceChanges;
  /** Run the hooks of the user's configuration, which may change the commit. @default false */
  readonly hooks?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The worktree of one instance: where a tool works, and what is read of its work. */
export class Workspace {
  /** The worktree's folder, absolute. */
  readonly path: string;
  /** The instance that works here, counted from 0. */
  readonly index: number;
  readonly #context: RunContext;
  readonly #worktree: WorktreeFolder;
  readonly #owner: WorkspaceOwner;
  readonly #git: Git;
  readonly #setup: WorktreeSetup | null;
  readonly #snapshots = new WeakMap<WorkspaceChanges, Snapshot>();
  #base: string;
  #removal: Promise<void> | null = null;

  /** Use {@link RunBranch.openWorkspace}. */
  constructor(context: RunContext, index: number, worktree: WorktreeFolder, owner: WorkspaceOwner) {
    const { git } = context.parts;
    this.index = index;
    this.path = worktree.path;
    this.#context = context;
    this.#worktree = worktree;
    this.#owner = owner;
    this.#base = owner.tip();
    const { root } = context.parts;
    const place = { worktree: worktree.path, index, root, signal: context.closing.signal };
    this.#setup = context.setup && new WorktreeSetup(context.setup, place);
    // Named, not looked for: whatever a tool does to `.git`, no other repository is found above it.
    const environment = {
      ...git.options.environment,
      GIT_DIR: worktree.gitDir,
      GIT_WORK_TREE: worktree.path,
    };
    this.#git = git.with({ cwd: worktree.path, environment });
  }

  /** The commit that changes are compared with and commits are put upon: that of the last reset. */
  get base(): string {
    return this.#base;
  }

  /**
   * Brings the folder to a commit exactly: untracked and ignored files of the last task are gone too.
   * The ignored ones that the run's setup left stay.
   * @param commit @default the tip of the run's branch
   * @throws {WorkspaceError} WORKSPACE_CLOSED, WORKSPACE_ESCAPE, SETUP_FAILED, DISK_FULL, LOCKED, GIT_FAILED
   */
  async reset(commit?: string, options: WorkspaceOperationOptions = {}): Promise<void> {
    this.#requireOpen();
    const to = commit ?? this.#owner.tip();
    const { signal } = options;
    const { submodules } = await this.#context.content();
    const how = { setup: this.#setup, submodules, signal };
    await resetWorktree(this.#git, this.#worktree, to, how);
    this.#base = to;
  }

  /**
   * The absolute path of a file of the repository here.
   * @throws {WorkspaceError} PATH_OUTSIDE when writing to it would write outside of the workspace
   */
  resolveInside(path: string): string {
    const inside = resolveInside(this.path, path);
    return inside === "." ? this.path : `${this.path}/${inside}`;
  }

  /**
   * What changed since the reset, committed or not, wherever HEAD is by now.
   * @param files the task's files, relative to the root; one that is a folder stands for all below it.
   *   None: everything is inside.
   * @throws {WorkspaceError} WORKSPACE_CLOSED, DISK_FULL, LOCKED, GIT_FAILED
   */
  async changes(
    files: readonly string[],
    options: WorkspaceOperationOptions = {},
  ): Promise<WorkspaceChanges> {
    this.#requireOpen();
    const snapshot = await this.#look(options.signal);
    const changes = classify(snapshot, files);
    this.#snapshots.set(changes, snapshot);
    return changes;
  }

  /**
   * The changes since the reset as a patch. On a full disk, of tracked files only.
   * @param paths only these. @default all
   */
  async diff(paths?: readonly string[], options: WorkspaceOperationOptions = {}): Promise<string> {
    this.#requireOpen();
    const { signal } = options;
    try {
      return await takePatch(this.#git, this.#base, paths, signal);
    } catch (error) {
      if (!(error instanceof WorkspaceError) || error.code !== "DISK_FULL") throw error;
      return unwrittenPatch(this.#git, this.#base, paths, signal);
    }
  }

  /**
   * Makes one commit on top of the commit of the last reset; no ref points to it until it lands or is
   * parked.
   * @returns its id, or `null` when nothing of `paths` changed
   * @throws {WorkspaceError} WORKSPACE_CLOSED, DISK_FULL, LOCKED, SIGNING_FAILED, HOOK_FAILED, GIT_FAILED
   */
  async commit(options: CommitOptions): Promise<string | null> {
    this.#requireOpen();
    const { signal, paths } = options;
    const known = options.changes && this.#snapshots.get(options.changes);
    const snapshot = known ?? (await takeSnapshot(this.#git, this.#base, signal));
    const wanted = paths === "all" ? snapshot.entries.map(({ change }) => change.path) : paths;
    const { parts, made, objects } = this.#context;
    const tree = await selectedTree({ git: this.#git, objects }, snapshot, wanted, signal);
    if (tree === null) return null;
    const author: CommitAuthor = {
      ...(options.author ?? parts.identities.author),
      date: parts.git.options.environment.GIT_AUTHOR_DATE ?? gitDate(new Date()),
    };
    const parents = [snapshot.base];
    const commit: CommitObject = { tree, parents, author, message: this.#message(options) };
    const { gitDir } = this.#worktree;
    if (options.hooks) {
      const hooked = await commitWithHooks(this.#git, commit, author, signal);
      await noteMade(gitDir, hooked);
      return hooked;
    }
    const id = await objects
      .writeCommit(commit)
      .catch(() => makeCommit(this.#git, commit, { sign: parts.sign, signal }));
    await noteMade(gitDir, id);
    made.set(id, commit);
    return id;
  }

  /** Removes the folder and git's record of it. May be called more than once. */
  remove(): Promise<void> {
    this.#removal ??= this.#remove();
    return this.#removal;
  }

  async #remove(): Promise<void> {
    const { parts, shared } = this.#context;
    await removeFolder(this.path);
    // The record alone: `git worktree prune` would drop those of the user's on unplugged disks too.
    const args = ["worktree", "remove", "--force", "--force", this.path];
    await shared.run(async () => {
      await parts.git.run(args).catch(async (error: unknown) => {
        // Nor does git find one whose record was cut short, or pruned, meanwhile.
        if (!wasKilled(error) && !isNoWorktree(error)) throw error;
        await removeLeftWorktree({ path: this.path, record: this.#worktree.gitDir });
      });
    });
    this.#owner.onRemoved();
  }

  async #look(signal: AbortSignal | undefined): Promise<Snapshot> {
    const snapshot = await takeSnapshot(this.#git, this.#base, signal);
    const { submodules } = await this.#context.content();
    if (submodules.length === 0) return snapshot;
    const changed = await changedInSubmodules(this.#git, this.#worktree, submodules, signal);
    const theirs = changed.map((path) => notHeld(path, "added", "it lies in a submodule"));
    return { ...snapshot, notHeld: [...snapshot.notHeld, ...theirs] };
  }

  #message({ message, trailers, tool }: CommitOptions): string {
    const { run } = this.#context;
    const all = {
      "Cluster-Run": run,
      ...trailers,
      ...(tool === undefined ? {} : { "Cluster-Tool": tool }),
    };
    return composeMessage(message, all, `cluster: run ${run}`);
  }

  #requireOpen(): void {
    if (this.#removal === null) return;
    throw new WorkspaceError("WORKSPACE_CLOSED", `The workspace ${this.path} was removed.`);
  }
}

function isNoWorktree(error: unknown): boolean {
  return error instanceof WorkspaceError && /is not a working tree/.test(error.stderr);
}
