import { type ReadAnswer, RunningGit, type RunningGitOptions } from "./running-git.ts";

/** How a git is started that stays. */
export interface StandingGitOptions extends Omit<RunningGitOptions, "patienceMs"> {
  /**
   * For how long it may say nothing while it is asked something, before it is ended.
   * @default 20_000
   */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 20_000;

/**
 * A git that answers many requests, one after the other, in the order in which they came. It starts with
 * the first one, and again with the next after it died. It ends with its input: when it is told to, when
 * this program ends, and when this program is killed. It keeps no program alive.
 */
export class StandingGit {
  readonly #options: RunningGitOptions;
  #running: RunningGit | null = null;
  readonly #leaving = new Set<Promise<void>>();
  #ended = false;

  constructor({ patienceMs = PATIENCE_MS, ...options }: StandingGitOptions) {
    this.#options = { ...options, patienceMs };
  }

  /**
   * Rejects when its git is gone without an answer: what it did is not known, and it does nothing any more.
   * It is ended when it hangs, when it says what cannot be, and a second after `signal` is aborted.
   */
  async ask<Answer>(
    input: string,
    read: ReadAnswer<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    if (this.#ended) throw new Error("This git was told to end.");
    signal?.throwIfAborted();
    if (!this.#running?.usable) {
      this.renew();
      this.#running = new RunningGit(this.#options);
    }
    return this.#running.ask(input, read, signal);
  }

  /** Has the next request start a new one. The present one ends when it has answered. */
  renew(): void {
    const old = this.#running;
    this.#running = null;
    if (old === null) return;
    const leaving = old.end().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** Resolves when its process is gone. Nothing is answered any more. */
  async end(): Promise<void> {
    this.#ended = true;
    this.renew();
    await Promise.all(this.#leaving);
  }
}
