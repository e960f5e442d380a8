import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { GitOutcome, GitRequest, RunGit } from "./run-git.ts";
import type { RunnerReply, RunnerRequest } from "./runner-messages.ts";

/**
 * Starts git from a small process of its own. Starting a child blocks its parent for as long as the
 * kernel needs to copy the parent's page tables: 1.4 ms at 54 MB, 6 ms at 160 MB, 14 ms at 260 MB.
 * A run starts several gits for each task, so the program that holds the run must not be the one
 * that starts them.
 */
export const runGitSeparately: RunGit = (request, signal) => shared().run(request, signal);

/** One for the whole program, as long as somebody holds it. */
let runner: SeparateRunner | null = null;
let holders = 0;

/**
 * Holds the runner for as long as a run lasts. Returns the function that lets it go: with the last
 * one its process ends. A call without a holder works too, and its runner ends with the program.
 */
export function holdRunner(): () => Promise<void> {
  holders += 1;
  let held = true;
  return async () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders > 0 || runner === null) return;
    const last = runner;
    runner = null;
    await last.end();
  };
}

function shared(): SeparateRunner {
  if (runner === null || !runner.usable) runner = new SeparateRunner();
  return runner;
}

interface Pending {
  resolve(outcome: GitOutcome): void;
  reject(error: Error): void;
}

class SeparateRunner {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #running = new Set<Promise<GitOutcome>>();
  #nextId = 1;
  #gone = false;

  constructor() {
    const { NODE_COMPILE_CACHE: compiledCode } = process.env;
    this.#process = fork(entry(), [], {
      // Out of the terminal's foreground group: ^C is for the program, which then decides.
      detached: true,
      // Git gets its own environment with each request; the runner needs none but what makes it start sooner.
      env: compiledCode === undefined ? {} : { NODE_COMPILE_CACHE: compiledCode },
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#process.on("message", (reply: RunnerReply) => this.#settle(reply));
    this.#process.on("error", (error) => this.#fail(error));
    this.#process.on("exit", (code, signal) => {
      this.#fail(new Error(`it ended with ${signal ?? `code ${code}`}`));
    });
    this.#hold(false);
  }

  get usable(): boolean {
    // It is known to be gone before its channel is.
    return !this.#gone && this.#process.connected;
  }

  /** Lets what still runs end, then the process. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.#running]);
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#hold(true);
    if (this.#process.connected) this.#process.disconnect();
    await exited;
  }

  run(request: GitRequest, signal?: AbortSignal): Promise<GitOutcome> {
    const id = this.#nextId++;
    const cancel = (): void => this.#send({ kind: "cancel", id });
    const outcome = new Promise<GitOutcome>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      if (this.#pending.size === 1) this.#hold(true);
      this.#send({ kind: "run", id, request });
      signal?.addEventListener("abort", cancel, { once: true });
    });
    this.#running.add(outcome);
    return outcome.finally(() => {
      this.#running.delete(outcome);
      signal?.removeEventListener("abort", cancel);
    });
  }

  #send(message: RunnerRequest): void {
    if (!this.#process.connected) {
      this.#fail(new Error("it does not listen any more"));
      return;
    }
    this.#process.send(message, (error) => {
      if (error !== null) this.#fail(error);
    });
  }

  #settle(reply: RunnerReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#forget(reply.id);
    if ("outcome" in reply) pending.resolve(reply.outcome);
    else pending.reject(new Error(reply.failure));
  }

  #fail(cause: Error): void {
    this.#gone = true;
    const message = `The process that starts git for this run is gone: ${cause.message}. What it did is unknown.`;
    const nothing = { exitCode: null, stdout: "", stderr: "", startError: null } as const;
    for (const [id, pending] of this.#pending) {
      this.#forget(id);
      pending.resolve({ ...nothing, killed: true, message });
    }
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#hold(false);
  }

  /** Keeps the program alive while git runs for it, and not longer. */
  #hold(busy: boolean): void {
    if (busy) {
      this.#process.ref();
      this.#process.channel?.ref();
    } else {
      this.#process.unref();
      this.#process.channel?.unref();
    }
  }
}

/** Beside this file in the sources, beside the bundle in a package. */
function entry(): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./runner-process.${extension}`, import.meta.url));
}
