import type { AttemptTurn, ExecuteContext, Executor } from "../contract/executor.ts";

/**
 * What the user holds in hand while a run goes on: whether turns may begin, and how many at once. It stands
 * before the turns of an executor's attempts; turns that have begun are not touched.
 */
export class Steering {
  #workers: number;
  #held = false;
  #underWay = 0;
  /** Those that are ready and wait, in the order in which they asked. */
  readonly #waiting = new Set<() => void>();

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** How many turns may be under way at once. */
  get workers(): number {
    return this.#workers;
  }

  get held(): boolean {
    return this.#held;
  }

  /** No turn begins until {@link release}. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#wake();
  }

  /** So many turns at once from now on; those beyond that are under way go on to their end. */
  scale(workers: number): void {
    this.#workers = workers;
    this.#wake();
  }

  /** The executor, whose turns begin as far as they may. */
  steer(executor: Executor): Executor {
    return {
      get workers() {
        return executor.workers;
      },
      execute: async (attempt, context) => {
        const turn = this.#steered(context);
        try {
          return await executor.execute(attempt, { ...context, turn });
        } finally {
          turn.leave();
        }
      },
      [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
    };
  }

  #steered({ turn, signal, draining }: ExecuteContext): AttemptTurn & { leave(): void } {
    let counts = false;
    const leave = (): void => {
      if (!counts) return;
      counts = false;
      this.#underWay -= 1;
      this.#wake();
    };
    return {
      ...turn,
      tryBegin: () => {
        if (counts) return true;
        if (this.#waiting.size > 0 || !this.#mayBegin() || !turn.tryBegin()) return false;
        this.#underWay += 1;
        counts = true;
        return true;
      },
      begin: async () => {
        if (counts) return await turn.begin();
        await this.#place(AbortSignal.any([signal, draining]));
        counts = true;
        try {
          await turn.begin();
        } catch (error) {
          leave();
          throw error;
        }
      },
      end: () => {
        turn.end();
        leave();
      },
      leave,
    };
  }

  #mayBegin(): boolean {
    return !this.#held && this.#underWay < this.#workers;
  }

  /** Resolves with a place among those whose turn may be under way. Rejects when `signal` is aborted before. */
  async #place(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const taken = Promise.withResolvers<void>();
    const take = (): void => {
      this.#underWay += 1;
      taken.resolve();
    };
    const giveUp = (): void => taken.reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    this.#waiting.add(take);
    this.#wake();
    try {
      await taken.promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
      this.#waiting.delete(take);
    }
  }

  #wake(): void {
    for (const take of this.#waiting) {
      if (!this.#mayBegin()) return;
      this.#waiting.delete(take);
      take();
    }
  }
}
