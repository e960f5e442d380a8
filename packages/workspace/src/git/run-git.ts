import { execa } from "execa";

/** One start of git, as plain data. */
export interface GitRequest {
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is added to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly input: Uint8Array | null;
}

/** What became of it, as plain data. */
export interface GitOutcome {
  /** `null` when it did not exit by itself, or was never started. */
  readonly exitCode: number | null;
  /** Bytes, as latin1. */
  readonly stdout: string;
  readonly stderr: string;
  /** The error's code when it could not be started, such as ENOENT. */
  readonly startError: string | null;
  /** What happened, in one line. */
  readonly message: string;
}

/** Runs git once. Resolves whatever becomes of it; giving up ends its whole process group. */
export type RunGit = (request: GitRequest, signal?: AbortSignal) => Promise<GitOutcome>;

const LARGEST_ANSWER = 400 * 1024 * 1024;

/** Starts git as a child of this very process. */
export const runGitHere: RunGit = async ({ args, cwd, environment, input }, signal) => {
  const result = await execa("git", args, {
    cwd,
    env: { ...environment },
    extendEnv: false,
    encoding: "latin1",
    stripFinalNewline: false,
    reject: false,
    maxBuffer: LARGEST_ANSWER,
    // A process group of its own: ^C on the terminal does not reach git in mid-write, and giving up
    // reaches its filters and hooks too.
    killDescendants: true,
    ...(input === null ? { stdin: "ignore" } : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  return {
    exitCode: result.exitCode ?? null,
    stdout: result.stdout ?? "",
    stderr: result.stderr ?? "",
    startError: result.exitCode === undefined ? (result.code ?? null) : null,
    message: result.shortMessage ?? "",
  };
};
