import type { Clock } from "@cluster/manager";

/** What a {@link MemoryFloor} watches. */
export interface MemoryFloorOptions {
  /** In bytes; 0: none. */
  readonly floorBytes: number;
  /** How many bytes are free. */
  readonly freeBytes: () => number;
  readonly clock: Clock;
  /** Hears when memory falls below the floor, and when it is above again. */
  onChange(low: boolean, freeBytes: number): void;
}

/** How long a look at the memory counts. */
const LOOK_MS = 1_000;

/**
 * Holds new turns back while the machine's free memory is below a floor. While nothing is under way one turn
 * begins all the same: memory that others hold would otherwise stop the run for good.
 */
export class MemoryFloor {
  readonly #options: MemoryFloorOptions;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #low = false;
  #cancelTimer: (() => void) | null = null;

  constructor(options: MemoryFloorOptions) {
    this.#options = options;
  }

  /** How many more turns may begin now, with so many under way. */
  room(underWay: number): number {
    if (this.#options.floorBytes === 0) return Number.POSITIVE_INFINITY;
    if (this.#options.clock.elapsed() - this.#lookedAt >= LOOK_MS) this.#look();
    if (!this.#low) return Number.POSITIVE_INFINITY;
    return underWay === 0 ? 1 : 0;
  }

  /** Sets no timer any more. */
  [Symbol.dispose](): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #look(): void {
    const { floorBytes, freeBytes, clock, onChange } = this.#options;
    const free = freeBytes();
    const low = free < floorBytes;
    const changed = low !== this.#low;
    this.#lookedAt = clock.elapsed();
    this.#low = low;
    this.#cancelTimer?.();
    // Nothing else tells that memory has come back.
    this.#cancelTimer = low ? clock.after(LOOK_MS, () => this.#look()) : null;
    if (changed) onChange(low, free);
  }
}
