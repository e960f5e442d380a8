import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** How it is started, and for how long it may be silent. */
export interface RunningGitOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is added to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly patienceMs: number;
}

/**
 * What a request's answer is, and how many of the bytes it took; `null` while it is not whole.
 * @throws {Error} when it is none, and cannot become one
 */
export type ReadAnswer<Answer> = (
  bytes: Buffer,
) => { readonly answer: Answer; readonly length: number } | null;

/** Why a question got no answer. */
export class StandingGitEnded extends Error {
  override readonly name: string = "StandingGitEnded";
  /** It did not end by itself, and may have left a lock. */
  readonly killed: boolean;

  constructor(how: string, killed: boolean, cause?: unknown) {
    super(`The git that was asked ${how}.`, { cause });
    this.killed = killed;
  }
}

/** From the end of its input to its end by force. */
const GRACE_MS = 5_000;
/** For an answer that nobody waits for any more: a git that is well needs less. */
const GIVEN_UP_MS = 1_000;

interface Waiting {
  /** Whether the bytes had its answer; what is left of them comes back. */
  take(bytes: Buffer): Buffer | null;
  reject(error: Error): void;
}

/** One process of a git that stays. */
export class RunningGit {
  readonly #options: RunningGitOptions;
  readonly #process: ChildProcess;
  readonly #waiting: Waiting[] = [];
  readonly #gone: Promise<void>;
  #bytes: Buffer = Buffer.alloc(0);
  #state: "asked" | "ending" | "gone" = "asked";
  /** Why it was ended by force. */
  #cause: StandingGitEnded | null = null;
  #silence: NodeJS.Timeout | undefined;
  /** Grows with all that it says. */
  #said = 0;

  constructor(options: RunningGitOptions) {
    const { args, cwd, environment } = options;
    this.#options = options;
    this.#process = spawn("git", args, {
      cwd,
      env: { ...environment },
      stdio: ["pipe", "pipe", "ignore"],
      // Out of the terminal's foreground group: ^C is for the program, which then decides.
      detached: true,
    });
    const { stdin, stdout } = this.#process;
    stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
    // A git that ended is noticed by its end, not by a broken pipe.
    stdin?.on("error", () => {});
    this.#process.on("error", () => {});
    // What it started may live on, and hold its stdout.
    this.#process.once("exit", () => this.#cause && stdout?.destroy());
    this.#gone = once(this.#process, "close").then(
      ([code, signal]) => {
        const how = `ended with ${signal ?? `code ${code}`}`;
        this.#settle(this.#cause ?? new StandingGitEnded(how, signal !== null));
      },
      (error: unknown) => this.#settle(new StandingGitEnded("did not start", false, error)),
    );
    this.#hold(false);
  }

  /** Whether it can be asked something more. */
  get usable(): boolean {
    return this.#state === "asked";
  }

  ask<Answer>(input: string, read: ReadAnswer<Answer>, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const giveUp = (): void => {
        timer = setTimeout(() => this.#kill("was given up, and ended"), GIVEN_UP_MS);
      };
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
      };
      if (this.#waiting.length === 0) {
        this.#hold(true);
        this.#watch();
      }
      this.#waiting.push({
        take: (bytes) => {
          const found = read(bytes);
          if (found === null) return null;
          done();
          resolve(found.answer);
          return bytes.subarray(found.length);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#process.stdin?.write(input);
    });
  }

  /** Ends its input, and waits for its end. */
  async end(): Promise<void> {
    if (this.#state === "asked") this.#state = "ending";
    this.#process.stdin?.end();
    if (this.#state === "gone") return;
    this.#hold(true);
    const force = setTimeout(() => this.#kill("did not end, and was ended"), GRACE_MS);
    await this.#gone;
    clearTimeout(force);
  }

  #take(chunk: Buffer): void {
    if (this.#cause !== null) return;
    this.#said += 1;
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    try {
      this.#answer();
    } catch (error) {
      this.#kill("said what is no answer, and was ended", error);
      return;
    }
    if (this.#waiting.length > 0) {
      this.#watch();
      return;
    }
    clearTimeout(this.#silence);
    if (this.#bytes.length > 0) this.#kill("said what nobody asked for, and was ended");
    else if (this.#state === "asked") this.#hold(false);
  }

  /** Gives the bytes to those who wait, as far as they go. */
  #answer(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const rest = next.take(this.#bytes);
      if (rest === null) return;
      this.#bytes = rest;
      this.#waiting.shift();
    }
  }

  /** It is to say something within its time, from now on. */
  #watch(): void {
    const { patienceMs } = this.#options;
    const before = this.#said;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      // It may have answered while this program was busy: what lies unread in the pipe is read first.
      setImmediate(() => {
        if (this.#said !== before) return;
        this.#kill(`said nothing for ${patienceMs / 1_000} s, and was ended`);
      });
    }, patienceMs);
  }

  /** Those who wait are told when it is gone, for until then it may still do what they asked for. */
  #kill(how: string, cause?: unknown): void {
    if (this.#state === "gone" || this.#cause !== null) return;
    this.#state = "ending";
    this.#cause = new StandingGitEnded(how, true, cause);
    this.#hold(true);
    try {
      // Whatever it started goes too.
      process.kill(-(this.#process.pid as number), "SIGKILL");
    } catch {
      this.#process.kill("SIGKILL");
    }
  }

  #settle(error: StandingGitEnded): void {
    this.#state = "gone";
    clearTimeout(this.#silence);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#hold(false);
  }

  /** Keeps the program alive while it is waited for, and not longer. */
  #hold(busy: boolean): void {
    const { stdin, stdout } = this.#process;
    for (const part of [this.#process, stdin, stdout]) {
      // The pipes of a process are sockets.
      const held = part as { ref?(): void; unref?(): void } | null;
      if (busy) held?.ref?.();
      else held?.unref?.();
    }
  }
}
