import { poolClosed } from "../errors/refusals.ts";
import type { PoolStatus } from "./status.ts";

/**
 * Whether a pool takes requests, and what keeps it from its end: the leases that are out. The state
 * goes `open → draining → closed`, or straight to `closed`, and never back.
 */
export class PoolLifecycle {
  #state: PoolStatus["state"] = "open";
  #leases = 0;
  #waiting: (() => void)[] = [];

  get state(): PoolStatus["state"] {
    return this.#state;
  }

  /**
   * Whether leases are out or waited for. One that is out when the pool closes is worth nothing any
   * more, and nobody waits for its end.
   */
  get leasesOut(): boolean {
    return this.#leases > 0 && this.#state !== "closed";
  }

  /** @throws {PoolError} POOL_CLOSED */
  assertOpen(): void {
    if (this.#state !== "open") throw poolClosed();
  }

  drain(): void {
    if (this.#state === "open") this.#state = "draining";
  }

  close(): void {
    this.#state = "closed";
    this.notify();
  }

  leaseBegins(): void {
    this.#leases += 1;
  }

  leaseEnds(): void {
    this.#leases -= 1;
  }

  /** Resolves at the next {@link notify}. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A turn or a lease has ended, or the pool has closed. */
  notify(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
