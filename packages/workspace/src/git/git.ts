import { stat, statfs } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { WorkspaceErrorCode } from "../errors/codes.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { failureCode, isFailedWrite, lockFile } from "./failure.ts";
import { hasIndexLock, mayRepeat, removeIndexLock, wasKilled } from "./killed.ts";
import type { GitOutcome, RunGit } from "./run-git.ts";

/** Where and how git runs. */
export interface GitOptions {
  readonly cwd: string;
  /** The whole environment; nothing is added to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long to try again when another process holds one of git's locks. */
  readonly lockTimeoutMs: number;
  readonly runGit: RunGit;
}

/** One call of git. */
export interface GitCall {
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes besides 0 that are an answer and not a failure. */
  readonly answers?: readonly number[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What git answered. Bytes are kept as latin1: {@link text} decodes them. */
export interface GitAnswer {
  readonly exitCode: number;
  readonly stdout: string;
}

const FIRST_DELAY_MS = 15;
const LONGEST_DELAY_MS = 500;
/** How often a git is run again that somebody killed. */
const MOST_REPEATS = 3;
const FULL_BYTES = 64 * 1024;

/** Runs git: argument arrays, a closed environment, whole errors, patience with locks. */
export class Git {
  readonly #options: GitOptions;

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /** The same git in another place. */
  with(changes: Partial<GitOptions>): Git {
    return new Git({ ...this.#options, ...changes });
  }

  get options(): GitOptions {
    return this.#options;
  }

  /** Runs git and gives its stdout without the final newline, decoded. */
  async line(args: readonly string[], call: GitCall = {}): Promise<string> {
    const { stdout } = await this.run(args, call);
    return text(stdout.endsWith("\n") ? stdout.slice(0, -1) : stdout);
  }

  /**
   * Runs git, again while another process holds a lock, and when it was killed and may be repeated.
   * @throws {WorkspaceError} with the code that git's own words mean
   */
  async run(args: readonly string[], call: GitCall = {}): Promise<GitAnswer> {
    const deadline = performance.now() + this.#options.lockTimeoutMs;
    const environment = { ...this.#options.environment, ...call.environment };
    let killed = 0;
    for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
      try {
        return await this.#once(args, call);
      } catch (error) {
        if (wasKilled(error) && mayRepeat(args, environment) && killed < MOST_REPEATS) {
          killed += 1;
          await removeIndexLock(environment);
          continue;
        }
        const left = deadline - performance.now();
        if (!(error instanceof WorkspaceError) || error.code !== "LOCKED" || left <= 0) throw error;
        // Jitter, so that two that met do not meet again.
        await wait(
          Math.min(left, delay * (0.5 + Math.random())),
          undefined,
          options(call.signal),
        ).catch((aborted: unknown) => {
          // The timer's own error hides the reason that the caller gave.
          call.signal?.throwIfAborted();
          throw aborted;
        });
      }
    }
  }

  /** Some of git's words on a full disk do not say so. */
  async #codeOf(stderr: string): Promise<WorkspaceErrorCode> {
    const code = failureCode(stderr);
    if (code !== "GIT_FAILED" || !isFailedWrite(stderr)) return code;
    const { cwd, environment } = this.#options;
    const folders = [cwd, environment.GIT_DIR].filter((folder) => folder !== undefined);
    const full = await Promise.all(folders.map(isFull));
    return full.includes(true) ? "DISK_FULL" : code;
  }

  async #once(args: readonly string[], call: GitCall): Promise<GitAnswer> {
    call.signal?.throwIfAborted();
    const { cwd, environment, runGit } = this.#options;
    const input = call.input === undefined ? null : bytes(call.input);
    const all = { ...environment, ...call.environment };
    const wasLocked = call.signal !== undefined && hasIndexLock(all);
    const result = await runGit({ args, cwd, environment: all, input }, call.signal);
    if (result.exitCode === null && call.signal?.aborted === true) {
      // A git that is told to end as it makes its lock leaves it. One that was there before is another's.
      if (!wasLocked) await removeIndexLock(all);
      call.signal.throwIfAborted();
    }
    const { exitCode, stdout } = result;
    if (exitCode !== null && (exitCode === 0 || call.answers?.includes(exitCode))) {
      return { exitCode, stdout };
    }
    if (result.startError === "ENOENT") throw await missing(cwd, result);
    const stderr = text(result.stderr).trim();
    throw failure(args, stderr, await this.#codeOf(stderr), result);
  }
}

/** What stands in git's answer, decoded from the bytes that a {@link GitAnswer} keeps. */
export function text(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

/** The parts of a `-z` answer. */
export function nulSeparated(stdout: string): string[] {
  const parts = stdout.split("\0");
  if (parts.at(-1) === "") parts.pop();
  return parts;
}

function bytes(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? Buffer.from(input, "utf8") : input;
}

function options(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

async function missing(cwd: string, cause: GitOutcome): Promise<WorkspaceError> {
  const folder = await stat(cwd).catch(() => undefined);
  if (folder?.isDirectory()) {
    return new WorkspaceError(
      "GIT_MISSING",
      "No `git` was found on the PATH. Install git 2.38 or newer.",
      { cause },
    );
  }
  return new WorkspaceError("NOT_A_REPOSITORY", `There is no folder ${cwd}.`, { cause });
}

async function isFull(folder: string): Promise<boolean> {
  const disk = await statfs(folder).catch(() => undefined);
  return disk !== undefined && disk.bavail * disk.bsize < FULL_BYTES;
}

function failure(
  args: readonly string[],
  stderr: string,
  code: WorkspaceErrorCode,
  cause: GitOutcome,
): WorkspaceError {
  const said = stderr === "" ? cause.message : stderr;
  const command = `git ${args.find((arg) => !arg.startsWith("-")) ?? ""}`;
  const details = { cause, stderr };
  switch (code) {
    case "LOCKED":
      return new WorkspaceError(
        code,
        `Another git process holds ${lockFile(stderr) ?? "a lock"}. ` +
          `If no git is running, remove that file and try again.`,
        details,
      );
    case "DISK_FULL":
      return new WorkspaceError(code, `${command} found no space on the disk: ${said}`, details);
    case "FILTER_FAILED":
      return new WorkspaceError(
        code,
        `${command} failed in a filter that .gitattributes and your configuration name, such as Git LFS: ` +
          `install it, and fetch what it needs (git lfs install; git lfs fetch). It said: ${said}`,
        details,
      );
    default:
      return new WorkspaceError(code, `${command} failed: ${said}`, details);
  }
}
