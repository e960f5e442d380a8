import { existsSync } from "node:fs";
import { join } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import type { Head } from "../repository/head.ts";
import { resolveInside } from "../repository/paths.ts";
import type { FileList } from "../repository/status.ts";
import type { CreateRunOptions } from "../run/create-run.ts";
import type { ForgottenRun } from "../run/forget-run.ts";
import type { MendedDelivery } from "../run/mend-checkout.ts";
import { listFolder } from "./folder-files.ts";
import { type FolderParts, IN_PLACE } from "./folder-parts.ts";
import type { InPlaceRun } from "./in-place-run.ts";

/** Which run to make in a folder. */
export interface FolderRunOptions extends Pick<CreateRunOptions, "run"> {
  /** The run's folder, in which its backups go into one of their own. @default one in the user's state folder */
  readonly folder?: string | null;
}

/** A folder whose runs work in place: with git or without. Questions are answered as a repository would. */
export class Folder {
  readonly place = "in-place" as const;
  /** Absolute, without links; of a git work tree, its root. */
  readonly root: string;
  /** The git folder of its repository, or else the folder itself. */
  readonly commonDir: string;
  readonly #parts: FolderParts;

  /** Use {@link openFolder}. */
  constructor(parts: FolderParts) {
    this.root = parts.root;
    this.commonDir = parts.commonDir;
    this.#parts = parts;
  }

  /** In place nothing is begun on a commit: the files are as they are. */
  async head(): Promise<Head> {
    return { commit: IN_PLACE, branch: null };
  }

  /** Its files: what git ignores aside, or without git, folders of caches and dependencies. */
  async trackedFiles(): Promise<readonly string[]> {
    const { root, git, state } = this.#parts;
    const { files } = await listFolder({ root, git, except: [state] });
    return [...files].sort();
  }

  async listFiles(): Promise<FileList> {
    return { tracked: await this.trackedFiles(), untracked: [] };
  }

  /** None: a backup has whatever stands there. */
  async dirtyFiles(): Promise<readonly string[]> {
    return [];
  }

  /** Nothing has to be committed in place. */
  async requireCommitted(): Promise<void> {}

  /**
   * The place that a write to `path` would reach: relative to the root, with `/`, links inside followed.
   * @throws {WorkspaceError} PATH_OUTSIDE, OPTION_INVALID
   */
  resolveInside(path: string): string {
    return resolveInside(this.root, path);
  }

  /** Nothing: a tool works here as the user would. */
  workspaceEnvironment(): Record<string, string> {
    return {};
  }

  /**
   * Begins a run in place.
   * @throws {WorkspaceError} BRANCH_EXISTS when there is one of that name, STATE_FAILED, DISK_FULL
   */
  async createRun(options: FolderRunOptions): Promise<InPlaceRun> {
    const state = this.#stateOf(options);
    if (existsSync(state)) {
      throw new WorkspaceError(
        "BRANCH_EXISTS",
        `There was a run in place of the name ${options.run} before: ${state}. Take another name.`,
      );
    }
    return this.#open(options.run, state);
  }

  /**
   * Goes on with a run in place. What its process left half-done when it was killed is brought back to what
   * it was first.
   * @throws {WorkspaceError} STATE_FAILED, DISK_FULL
   */
  reopenRun(options: FolderRunOptions): Promise<InPlaceRun> {
    return this.#open(options.run, this.#stateOf(options));
  }

  async #open(run: string, state: string): Promise<InPlaceRun> {
    // SQLite, which Node 22 calls experimental, is of no concern to whoever works in worktrees.
    const { openRun } = await import("./open-run.ts");
    return openRun(this.#parts, run, state);
  }

  /** In place there are no refs: all that is kept of a run is in its folder. */
  async forgetRun(): Promise<ForgottenRun> {
    return { removed: [], kept: [] };
  }

  /** Nothing is delivered in place, so nothing of a delivery can be left half-done. */
  async mendDelivery(): Promise<MendedDelivery> {
    return "undone";
  }

  #stateOf({ folder, run }: FolderRunOptions): string {
    return join(folder ?? join(this.#parts.state, "runs", encodeURIComponent(run)), "in-place");
  }
}
