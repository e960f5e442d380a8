/**
 * Brings what was written to a file onto the disk. All that is written while one sync is under way, or
 * in the same tick, shares the next; none blocks this thread, as SQLite's own (`synchronous = FULL`)
 * would for milliseconds at each commit.
 */
export class GroupSync {
  readonly #sync: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  /** @param sync Resolves when all that had been written before the call is on the disk. */
  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  /** Resolves when all that had been written before the call is on the disk. */
  synced(): Promise<void> {
    if (this.#next !== null) return this.#next;
    // What the disk refused once may be lost although it takes the next: no later sync is believed.
    this.#running = this.#next = this.#running.then(() => {
      this.#next = null;
      return this.#sync();
    });
    return this.#running;
  }

  /** Resolves when no sync is under way any more. */
  async idle(): Promise<void> {
    await this.#running.catch(() => {});
  }
}
