import { expect } from "vitest";
import { type Clock, systemClock } from "../../src/index.ts";

/** For the pools of this clock. */
export const PING_INTERVAL_MS = 123_456;

/** The system's clock, but the time of the next ping comes when it is told to. */
export class PingClock implements Clock {
  readonly now: Clock["now"] = systemClock.now;
  readonly elapsed: Clock["elapsed"] = systemClock.elapsed;
  readonly #pings = new Set<() => void>();

  get waiting(): number {
    return this.#pings.size;
  }

  after(ms: number, callback: () => void, background?: "background"): () => void {
    if (ms !== PING_INTERVAL_MS) return systemClock.after(ms, callback, background);
    // It would keep the program alive otherwise.
    expect(background).toBe("background");
    this.#pings.add(callback);
    return () => {
      this.#pings.delete(callback);
    };
  }

  strike(): void {
    const due = [...this.#pings];
    this.#pings.clear();
    for (const callback of due) callback();
  }
}
