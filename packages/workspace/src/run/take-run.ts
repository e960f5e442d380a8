import { join } from "node:path";
import { repositoryQueue } from "../concurrency/repository-queue.ts";
import { type CheckoutContent, readCheckoutContent } from "../disk/checkout-content.ts";
import { checkCeiling } from "../disk/disk-room.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { holdRunner, runGitSeparately } from "../git/separate-runner.ts";
import { LooseObjects } from "../loose/loose-objects.ts";
import type { RepositoryParts } from "../repository/parts.ts";
import { checkSetup } from "../setup/setup.ts";
import { StandingObjects } from "../standing/standing-objects.ts";
import type { CreateRunOptions } from "./create-run.ts";
import { markedEnvironment } from "./left-processes.ts";
import { RunBranch } from "./run-branch.ts";
import type { RunContext } from "./run-context.ts";

/** What is found out about a run's branch while it is taken. */
export type TakenBranch = Pick<RunContext, "base" | "start" | "target" | "reopened">;

/** The ref of a run's branch. */
export function branchRef(run: string): string {
  return `refs/heads/cluster/${run}`;
}

/** The folder of a run's worktrees. */
export function runFolder(parts: RepositoryParts, run: string): string {
  return join(parts.worktrees, run);
}

/** Gives the run its git and its place, and lets go of both should `take` fail. */
export async function takeRun(
  opened: RepositoryParts,
  {
    run,
    setup: given,
    maxWorktreeBytes: ceiling,
  }: Pick<CreateRunOptions, "run" | "setup" | "maxWorktreeBytes">,
  take: (parts: RepositoryParts) => Promise<TakenBranch>,
): Promise<RunBranch> {
  checkName(run);
  const setup = checkSetup(given);
  const maxWorktreeBytes = checkCeiling(ceiling);
  const letGoOfRunner = holdRunner();
  const folder = runFolder(opened, run);
  const environment = markedEnvironment(opened.git.options.environment, folder);
  const parts = { ...opened, git: opened.git.with({ runGit: runGitSeparately, environment }) };
  const loose = new LooseObjects(join(parts.commonDir, "objects"), parts.git);
  const objects = new StandingObjects({ parts, loose });
  const letGo = async (): Promise<void> => {
    await Promise.all([objects.end(), letGoOfRunner()]);
  };
  try {
    const taken = await take(parts);
    let content: Promise<CheckoutContent> | undefined;
    return new RunBranch({
      ...taken,
      parts,
      run,
      ref: branchRef(run),
      branch: branchRef(run).slice("refs/heads/".length),
      folder,
      shared: repositoryQueue(parts.commonDir),
      made: new Map(),
      objects,
      setup,
      maxWorktreeBytes,
      content: () => {
        content ??= readCheckoutContent(parts.git, taken.base);
        return content;
      },
      closing: new AbortController(),
      letGo,
    });
  } catch (error) {
    await letGo();
    throw error;
  }
}

function checkName(run: string): void {
  const fits = /^[A-Za-z0-9](?:\.?[A-Za-z0-9_-])*$/.test(run);
  if (fits && !run.endsWith(".lock") && run.length <= 100) return;
  throw new WorkspaceError(
    "OPTION_INVALID",
    "Expected run to be at most 100 letters, digits, `-`, `_` and single `.`, beginning with a " +
      `letter or a digit, found ${JSON.stringify(run)}.`,
  );
}
