import type { ForkedProcess } from "./forked-process.ts";

interface Waiter {
  resolve(process: ForkedProcess): void;
  reject(reason: unknown): void;
}

/** Keeps forked processes ready for starts to come, and hands them out first come, first served. */
export class Shelf {
  readonly #target: number;
  readonly #fork: () => Promise<ForkedProcess>;
  readonly #spares: ForkedProcess[] = [];
  readonly #waiters = new Set<Waiter>();
  #forking = 0;

  constructor(target: number, fork: () => Promise<ForkedProcess>) {
    this.#target = target;
    this.#fork = fork;
  }

  get size(): number {
    return this.#spares.length;
  }

  /** @throws what the fork that it needed failed with, or the signal's reason. */
  take(signal: AbortSignal): Promise<ForkedProcess> {
    signal.throwIfAborted();
    for (let spare = this.#spares.shift(); spare !== undefined; spare = this.#spares.shift()) {
      if (!spare.ended) return Promise.resolve(spare);
    }
    const { promise, resolve, reject } = Promise.withResolvers<ForkedProcess>();
    const waiter = { resolve, reject };
    this.#waiters.add(waiter);
    const onAbort = (): void => {
      this.#waiters.delete(waiter);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#forkUpTo(this.#waiters.size);
    return promise.finally(() => signal.removeEventListener("abort", onAbort));
  }

  refill(): void {
    this.#forkUpTo(this.#waiters.size + this.#target - this.#spares.length);
  }

  remove(process: ForkedProcess): void {
    const index = this.#spares.indexOf(process);
    if (index !== -1) this.#spares.splice(index, 1);
  }

  /** Ends all spares. With a reason, those that wait for one are refused. */
  clear(reason?: unknown): void {
    for (const spare of this.#spares.splice(0)) spare.discard();
    if (reason === undefined) return;
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#waiters.clear();
  }

  #forkUpTo(wanted: number): void {
    while (this.#forking < wanted) {
      this.#forking += 1;
      this.#fork().then(
        (process) => this.#arrived(process),
        (error) => this.#failed(error),
      );
    }
  }

  #arrived(process: ForkedProcess): void {
    this.#forking -= 1;
    const [first] = this.#waiters;
    if (first === undefined) {
      // Whoever it was forked for may have given up.
      if (this.#spares.length < this.#target) this.#spares.push(process);
      else process.discard();
      return;
    }
    this.#waiters.delete(first);
    first.resolve(process);
  }

  #failed(error: unknown): void {
    this.#forking -= 1;
    const [first] = this.#waiters;
    if (first === undefined) return;
    this.#waiters.delete(first);
    first.reject(error);
  }
}
