/**
 * Those who wait until the queue takes one more. As many are let in as there are places, in the order
 * of arrival. A place is kept for whoever was let in while the microtasks of this moment run; then it
 * goes to the next one.
 */
export class Room {
  readonly #waiting = new Set<{ wake(): void; reject(error: Error): void }>();
  readonly #places: () => number;
  /** Places that were promised and not taken yet. */
  #promised = 0;
  #expires = false;

  /** @param places How many requests the queue would take now. */
  constructor(places: () => number) {
    this.#places = places;
  }

  /** Resolves when there is a place; rejects with the signal's reason when that comes first. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.size === 0 && this.#free() > 0) {
      this.#promise();
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => entry.reject(signal?.reason);
      const leave = (): void => {
        this.#waiting.delete(entry);
        signal?.removeEventListener("abort", onAbort);
      };
      const entry = {
        wake(): void {
          leave();
          resolve();
        },
        reject(error: Error): void {
          leave();
          reject(error);
        },
      };
      this.#waiting.add(entry);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** A request has come: it takes a place that was promised, if one was. */
  taken(): void {
    if (this.#promised > 0) this.#promised -= 1;
  }

  /** There may be a place. */
  offer(): void {
    if (this.#waiting.size === 0) return;
    let free = this.#free();
    for (const entry of this.#waiting) {
      if (free <= 0) return;
      free -= 1;
      this.#promise();
      entry.wake();
    }
  }

  rejectAll(error: Error): void {
    for (const entry of this.#waiting) entry.reject(error);
  }

  #free(): number {
    return this.#places() - this.#promised;
  }

  #promise(): void {
    this.#promised += 1;
    if (this.#expires) return;
    this.#expires = true;
    setImmediate(() => {
      this.#expires = false;
      this.#promised = 0;
      this.offer();
    });
  }
}
