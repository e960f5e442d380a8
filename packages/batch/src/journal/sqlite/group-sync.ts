import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";

/**
 * Brings what was written to a file onto the disk. All that is written while one sync is under way, or
 * in the same tick, shares the next; none blocks this thread, as SQLite's own (`synchronous = FULL`)
 * would for milliseconds at each commit.
 */
export class GroupSync {
  readonly #path: string;
  #file: Promise<FileHandle> | null = null;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves when all that had been written before the call is on the disk. */
  synced(): Promise<void> {
    if (this.#next !== null) return this.#next;
    const next = this.#running.then(() => {
      this.#next = null;
      return this.#sync();
    });
    this.#next = next;
    // What the disk refused once may be lost although it takes the next: no later sync is believed.
    this.#running = next;
    return next;
  }

  async close(): Promise<void> {
    await this.#running.catch(() => {});
    await (await this.#file)?.close();
  }

  async #sync(): Promise<void> {
    this.#file ??= open(this.#path, "r");
    await (await this.#file).datasync();
  }
}
