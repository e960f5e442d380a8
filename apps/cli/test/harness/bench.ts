import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type SampleRepository,
  type SampleRepositoryOptions,
  sampleRepository,
} from "@cluster/testkit";
import { expect } from "vitest";
import {
  type Cli,
  type CliOptions,
  type CliResult,
  createCli,
  type RunningCli,
  SAMPLE_CONFIG,
} from "./cli.ts";
import { runHere } from "./in-process.ts";

/** A sample repository with the command that runs the sample agent on it. */
export interface Bench extends AsyncDisposable {
  readonly cli: Cli;
  readonly repository: SampleRepository;
  /** `cluster run` in the repository. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** The same in this process ({@link runHere}), for what starts nothing: dry runs and refusals. */
  runHere(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  start(args: readonly string[], options?: CliOptions): RunningCli;
  /** Fails when a process, a worktree, or a branch but `main` is left. */
  expectNothingLeft(options?: { readonly branches?: number }): Promise<void>;
}

/** Prepares a repository and a home. */
export async function createBench(files: SampleRepositoryOptions["files"] = 3): Promise<Bench> {
  const cli = await createCli();
  const repository = await sampleRepository({ files });
  const complete = (args: readonly string[]): string[] => [
    "run",
    "--config",
    SAMPLE_CONFIG,
    ...args,
  ];
  return {
    cli,
    repository,
    run: (args, options) => cli.run(complete(args), { cwd: repository.path, ...options }),
    runHere: (args, options) => runHere(cli, complete(args), { cwd: repository.path, ...options }),
    start: (args, options) => cli.start(complete(args), { cwd: repository.path, ...options }),
    async expectNothingLeft({ branches = 0 } = {}) {
      await cli.nothingLeft();
      const worktrees = await repository.git("worktree", "list", "--porcelain");
      expect(worktrees.match(/^worktree /gm)).toHaveLength(1);
      const made = await repository.git("branch", "--list", "cluster/*");
      expect(made.split("\n").filter(Boolean)).toHaveLength(branches);
      const folder = join(cli.home, ".cache/cluster/worktrees");
      if (existsSync(folder)) {
        const left = await readdir(folder, { recursive: true });
        expect(left.filter((path) => path.endsWith(".md"))).toEqual([]);
      }
    },
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await cli[Symbol.asyncDispose]();
    },
  };
}
