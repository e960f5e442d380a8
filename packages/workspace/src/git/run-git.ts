import { type ChildProcess, spawn } from "node:child_process";

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
  /** Somebody else ended it, as a system without memory does: what it did is unknown. */
  readonly killed: boolean;
  /** What happened, in one line. */
  readonly message: string;
}

/** Runs git once. Resolves whatever becomes of it; giving up ends its whole process group. */
export type RunGit = (request: GitRequest, signal?: AbortSignal) => Promise<GitOutcome>;

const LARGEST_ANSWER = 400 * 1024 * 1024;
/** From the request to end to its enforcement. */
const GRACE_MS = 5_000;

/**
 * Starts git as a child of this very process. Not by execa: a run starts several gits for each task,
 * and it doubles what a start costs this side.
 */
export const runGitHere: RunGit = ({ args, cwd, environment, input }, signal) => {
  if (signal?.aborted) return Promise.resolve(notRun("It was given up before it began."));
  let child: ChildProcess;
  try {
    child = spawn("git", args, {
      cwd,
      env: { ...environment },
      stdio: [input === null ? "ignore" : "pipe", "pipe", "pipe"],
      // A process group of its own: ^C on the terminal does not reach git in mid-write, and giving up
      // reaches its filters and hooks too.
      detached: true,
    });
  } catch (error) {
    return Promise.resolve(notStarted(error));
  }
  return outcomeOf(child, args, input, signal);
};

function outcomeOf(
  child: ChildProcess,
  args: readonly string[],
  input: Uint8Array | null,
  signal: AbortSignal | undefined,
): Promise<GitOutcome> {
  return new Promise((resolve) => {
    let force: NodeJS.Timeout | undefined;
    let size = 0;
    const end = (): void => {
      kill(child, "SIGTERM");
      force ??= setTimeout(() => kill(child, "SIGKILL"), GRACE_MS);
    };
    const collect = (stream: ChildProcess["stdout"]): Buffer[] => {
      const chunks: Buffer[] = [];
      stream?.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= LARGEST_ANSWER) chunks.push(chunk);
        else end();
      });
      return chunks;
    };
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const settle = (outcome: GitOutcome): void => {
      clearTimeout(force);
      signal?.removeEventListener("abort", end);
      resolve(outcome);
    };
    signal?.addEventListener("abort", end, { once: true });
    child.once("error", (error) => settle(notStarted(error)));
    child.once("close", (code, by) => {
      const complete = size <= LARGEST_ANSWER;
      const how = by === null ? `with code ${code}` : `by ${by}`;
      settle({
        exitCode: complete ? code : null,
        stdout: Buffer.concat(stdout).toString("latin1"),
        stderr: Buffer.concat(stderr).toString("latin1"),
        startError: null,
        killed: complete && by !== null && signal?.aborted !== true,
        message: complete
          ? `git ${args[0] ?? ""} ended ${how}.`
          : `git ${args[0] ?? ""} answered more than ${LARGEST_ANSWER} bytes.`,
      });
    });
    // A git that ends early is noticed by its exit, not by a broken pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left.
  }
}

function notStarted(error: unknown): GitOutcome {
  const { code, message } = error as NodeJS.ErrnoException;
  return { ...notRun(message), startError: code ?? null };
}

function notRun(message: string): GitOutcome {
  return { exitCode: null, stdout: "", stderr: "", startError: null, killed: false, message };
}
