import type { Clock } from "../../../src/pool/clock.ts";

interface Timer {
  readonly due: number;
  readonly callback: () => void;
  handle: NodeJS.Timeout;
}

/** Real time that can be made to jump: what is due by then comes at once, in its order. */
export class JumpClock implements Clock {
  #ahead = 0;
  #setBack = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return Date.now() + this.#ahead - this.#setBack;
  }

  elapsed(): number {
    return performance.now() + this.#ahead;
  }

  after(ms: number, callback: () => void): () => void {
    if (!Number.isFinite(ms)) return () => {};
    const timer: Timer = { due: this.elapsed() + ms, callback, handle: setTimeout(() => {}, 0) };
    this.#arm(timer);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer.handle);
      this.#timers.delete(timer);
    };
  }

  /** How many timers are out: none once a pool has shut down. */
  get pending(): number {
    return this.#timers.size;
  }

  jump(ms: number): void {
    this.#ahead += ms;
    const inOrder = [...this.#timers].sort((one, other) => one.due - other.due);
    for (const timer of inOrder) {
      // A timer that went off before may have taken this one back.
      if (!this.#timers.has(timer)) continue;
      if (timer.due <= this.elapsed()) this.#fire(timer);
      else this.#arm(timer);
    }
  }

  /** The wall clock of the machine is corrected; what measures goes on. */
  setBack(ms: number): void {
    this.#setBack += ms;
  }

  #arm(timer: Timer): void {
    clearTimeout(timer.handle);
    const wait = Math.min(Math.max(timer.due - this.elapsed(), 0), 2_147_483_647);
    timer.handle = setTimeout(() => this.#fire(timer), wait);
  }

  #fire(timer: Timer): void {
    clearTimeout(timer.handle);
    this.#timers.delete(timer);
    timer.callback();
  }
}
