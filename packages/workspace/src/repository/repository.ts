import { WorkspaceError } from "../errors/workspace-error.ts";
import { type Identity, workspaceEnvironment } from "../git/environment.ts";
import { type CreateRunOptions, createRun } from "../run/create-run.ts";
import { type ForgetRunOptions, type ForgottenRun, forgetRun } from "../run/forget-run.ts";
import { type CutDelivery, type MendedDelivery, mendCheckout } from "../run/mend-checkout.ts";
import { outliveRun, type ReopenRunOptions, reopenRun } from "../run/reopen-run.ts";
import type { RunBranch } from "../run/run-branch.ts";
import { type Head, readHead } from "./head.ts";
import type { RepositoryParts } from "./parts.ts";
import { resolveInside } from "./paths.ts";
import {
  dirtyFiles,
  type FileList,
  submodulePaths,
  trackedFiles,
  untrackedFiles,
} from "./status.ts";

/** What a question to the repository can be given up with. */
export interface SignalOption {
  readonly signal?: AbortSignal | undefined;
}

/** A git repository with a work tree: questions about the user's checkout, and runs beside it. */
export class Repository {
  /** Its runs work in worktrees, beside what is checked out. */
  readonly place = "worktrees" as const;
  /** The root of the user's work tree, absolute, without links. */
  readonly root: string;
  /** The git folder of this work tree. */
  readonly gitDir: string;
  /** The git folder that all its worktrees share. */
  readonly commonDir: string;
  readonly objectFormat: "sha1" | "sha256";
  /** The author of commits that are made here: the user as git knows them, else `cluster`. */
  readonly author: Identity;
  readonly #parts: RepositoryParts;

  /** Use {@link openRepository}. */
  constructor(parts: RepositoryParts) {
    this.#parts = parts;
    this.root = parts.root;
    this.gitDir = parts.gitDir;
    this.commonDir = parts.commonDir;
    this.objectFormat = parts.objectFormat;
    this.author = parts.identities.author;
  }

  /**
   * Another work tree of this repository, opened as this one was.
   * @throws {WorkspaceError} NOT_A_REPOSITORY, GIT_FAILED
   */
  async at(path: string): Promise<Repository> {
    const there = this.#parts.git.with({ cwd: path });
    const [root, gitDir, commonDir] = await Promise.all([
      there.line(["rev-parse", "--show-toplevel"]),
      there.line(["rev-parse", "--absolute-git-dir"]),
      there.line(["rev-parse", "--path-format=absolute", "--git-common-dir"]),
    ]);
    const git = there.with({ cwd: root });
    return new Repository({ ...this.#parts, root, gitDir, commonDir, git });
  }

  /** Where HEAD is now. */
  head(options: SignalOption = {}): Promise<Head> {
    return readHead(this.#parts.git, options.signal);
  }

  /** The files that git tracks, relative to the root, with `/`, sorted. */
  trackedFiles(options: SignalOption = {}): Promise<readonly string[]> {
    return trackedFiles(this.#parts.git, options.signal);
  }

  /** The files that git tracks, and those that it neither tracks nor ignores. */
  async listFiles(options: SignalOption = {}): Promise<FileList> {
    const [tracked, untracked] = await Promise.all([
      trackedFiles(this.#parts.git, options.signal),
      untrackedFiles(this.#parts.git, options.signal),
    ]);
    return { tracked, untracked };
  }

  /**
   * Tracked files whose content is not that of HEAD, whether staged or not.
   * @param paths only these. @default all
   */
  async dirtyFiles(
    paths?: readonly string[],
    options: SignalOption = {},
  ): Promise<readonly string[]> {
    const dirty = await dirtyFiles(this.#parts.git, options.signal);
    if (paths === undefined) return dirty;
    const wanted = new Set(paths);
    return dirty.filter((path) => wanted.has(path));
  }

  /**
   * Refuses files that a worktree of HEAD would not have as the user sees them.
   * @throws {WorkspaceError} PATH_UNTRACKED, DIRTY_FILES, each with `files`
   */
  async requireCommitted(paths: readonly string[], options: SignalOption = {}): Promise<void> {
    const [tracked, dirty] = await Promise.all([
      this.trackedFiles(options),
      this.dirtyFiles(paths, options),
    ]);
    if (dirty.length > 0) {
      throw new WorkspaceError(
        "DIRTY_FILES",
        `Changes that are not committed in ${listed(dirty)}. Commit or stash them first.`,
        { files: dirty },
      );
    }
    const known = new Set(tracked);
    const unknown = paths.filter((path) => !known.has(path));
    if (unknown.length > 0) {
      await this.#refuseSubmodules(unknown, options);
      throw new WorkspaceError(
        "PATH_UNTRACKED",
        `Git does not track ${listed(unknown)}. Add and commit them first.`,
        { files: unknown },
      );
    }
  }

  async #refuseSubmodules(paths: readonly string[], { signal }: SignalOption): Promise<void> {
    const submodules = await submodulePaths(this.#parts.git, signal);
    const [first] = submodules.filter((one) => paths.some((path) => path.startsWith(`${one}/`)));
    if (first === undefined) return;
    const files = paths.filter((path) => path.startsWith(`${first}/`));
    throw new WorkspaceError(
      "PATH_UNTRACKED",
      `${listed(files)} belongs to the submodule ${first}, a repository of its own. Run in its folder.`,
      { files },
    );
  }

  /**
   * The place in the work tree that a write to `path` would reach: relative to the root, with `/`,
   * links inside the tree followed.
   * @param path absolute, or relative to the root
   * @throws {WorkspaceError} PATH_OUTSIDE, OPTION_INVALID
   */
  resolveInside(path: string): string {
    return resolveInside(this.root, path);
  }

  /**
   * What a tool needs in its environment that runs git inside a workspace: the user as author, no
   * garbage collection under its neighbours, none of the user's hooks.
   * @param inherited the tool's other variables, whose own `GIT_CONFIG_COUNT` is kept. @default {}
   */
  workspaceEnvironment(
    inherited: Readonly<Record<string, string | undefined>> = {},
  ): Record<string, string> {
    return workspaceEnvironment(this.author, inherited);
  }

  /**
   * Brings the checkout out of the middle of a delivery whose process was killed: the branch has it then,
   * or everything is as before. What the user has written meanwhile is not touched.
   * @param run whose delivery it was: gits of its dead process that are at work are waited for
   * @throws {WorkspaceError} LOCKED, DISK_FULL, GIT_FAILED
   */
  async mendDelivery(delivery: CutDelivery, run?: string): Promise<MendedDelivery> {
    if (run !== undefined) await outliveRun(this.#parts, run);
    return mendCheckout(this.#parts, delivery);
  }

  /**
   * Makes the branch of a run, `cluster/<run>`, beside whatever is checked out.
   * @throws {WorkspaceError} OPTION_INVALID, BRANCH_EXISTS, GIT_FAILED for an unknown base
   */
  createRun(options: CreateRunOptions): Promise<RunBranch> {
    return createRun(this.#parts, options);
  }

  /**
   * Takes over the branch of a run whose process ended, however it did: at the commit where its ref is,
   * or begun anew at `base` when that ref is gone. Waits until no git of that process is at work, and
   * removes the locks that it left on the run's own refs. Two processes must not have one run.
   * @throws {WorkspaceError} OPTION_INVALID for a base that is not there, BRANCH_EXISTS, LOCKED
   */
  reopenRun(options: ReopenRunOptions): Promise<RunBranch> {
    return reopenRun(this.#parts, options);
  }

  /**
   * Removes the branch and the refs of a run whose process has ended, where nothing is lost by it: those
   * that nothing else has stay, unless `force` says otherwise.
   * @throws {WorkspaceError} LOCKED, GIT_FAILED
   */
  forgetRun(options: ForgetRunOptions): Promise<ForgottenRun> {
    return forgetRun(this.#parts, options);
  }

  /** Whether a local branch has a commit. `false` when either is gone. */
  async isOnBranch(commit: string, branch: string, options: SignalOption = {}): Promise<boolean> {
    const args = ["merge-base", "--is-ancestor", "--", commit, `refs/heads/${branch}`];
    const { exitCode } = await this.#parts.git.run(args, { ...options, answers: [1, 128] });
    return exitCode === 0;
  }
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map((path) => JSON.stringify(path));
  const more = paths.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
