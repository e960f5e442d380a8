import { WorkspaceError } from "../errors/workspace-error.ts";
import { swapRef } from "../git/refs.ts";
import { readHead } from "../repository/head.ts";
import { noObject, type RepositoryParts } from "../repository/parts.ts";
import type { Setup } from "../setup/setup.ts";
import type { RunBranch } from "./run-branch.ts";
import { branchRef, takeRun } from "./take-run.ts";

/** Which run to make a branch for. */
export interface CreateRunOptions {
  /** The run's name: letters, digits, `-`, `_` and single `.`; begins with a letter or a digit. */
  readonly run: string;
  /** The commit to begin on, in any words that git understands. @default HEAD */
  readonly base?: string;
  /** Makes each new worktree fit for work, before its first task. @default nothing */
  readonly setup?: Setup;
  /** What all worktrees of the run may take on the disk, in bytes. @default Infinity */
  readonly maxWorktreeBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** See {@link Repository.createRun}. */
export function createRun(opened: RepositoryParts, options: CreateRunOptions): Promise<RunBranch> {
  const { base, signal } = options;
  return takeRun(opened, options, async (parts) => {
    const head = await readHead(parts.git, signal);
    const commit = base === undefined ? head.commit : await resolveCommit(parts, base, signal);
    await createBranch(parts, branchRef(options.run), commit);
    return { base: commit, start: commit, target: head.branch, reopened: false };
  });
}

/** @throws {WorkspaceError} BRANCH_EXISTS */
export async function createBranch(
  parts: RepositoryParts,
  ref: string,
  commit: string,
): Promise<void> {
  const exists = (found: string, cause?: unknown): WorkspaceError =>
    new WorkspaceError(
      "BRANCH_EXISTS",
      `The branch ${ref} of the run cannot be made: ${found}. Take another run name, or ` +
        "rename or delete that branch.",
      { cause },
    );
  try {
    const from = noObject(parts.objectFormat);
    if (await swapRef(parts.git, { ref, to: commit, from, message: "cluster: begin" })) return;
  } catch (error) {
    // `refs/heads/cluster` is a branch: a ref is a file there, and cannot be a folder too.
    const words = error instanceof WorkspaceError ? error.stderr : "";
    const taken = /'(refs\/heads\/[^']*)' exists; cannot create/.exec(words)?.[1];
    throw taken === undefined ? error : exists(`${taken} is a branch`, error);
  }
  throw exists("it is there already");
}

/** @throws {WorkspaceError} OPTION_INVALID */
export async function resolveCommit(
  parts: RepositoryParts,
  base: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const args = ["rev-parse", "--quiet", "--verify", "--end-of-options", `${base}^{commit}`];
  const { exitCode, stdout } = await parts.git.run(args, { signal, answers: [1, 128] });
  // `--end-of-options` itself is echoed by older versions.
  const id = stdout.trim().split("\n").at(-1);
  if (exitCode === 0 && id !== undefined) return id;
  throw new WorkspaceError(
    "OPTION_INVALID",
    `Expected base to be a commit of the repository, found ${JSON.stringify(base)}.`,
  );
}
