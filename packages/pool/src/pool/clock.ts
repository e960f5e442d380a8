/** Time, injected, so that tests do not wait for it. */
export interface Clock {
  /** Milliseconds since the epoch, for people and for comparing with other processes. */
  now(): number;
  /** Milliseconds that never go back, for measuring. */
  elapsed(): number;
  /**
   * Calls back once after `ms`; returns a function that takes that back. A timer of the `background`
   * does not keep the program alive.
   */
  after(ms: number, callback: () => void, background?: "background"): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, callback, background) {
    // setTimeout takes 2^31-1 at most; what is longer is meant as never.
    if (ms > 2_147_483_647) return () => {};
    const timer = setTimeout(callback, ms);
    if (background !== undefined) timer.unref();
    return () => clearTimeout(timer);
  },
};
