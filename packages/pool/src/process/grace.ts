import type { Clock } from "../pool/clock.ts";

/** The patience of each step of an end. It can be made shorter in the midst of a step. */
export class Grace {
  readonly #clock: Clock;
  #ms: number;
  #began = 0;
  #cancel: () => void = () => {};
  #expire: (() => void) | null = null;

  constructor(ms: number, clock: Clock) {
    this.#ms = ms;
    this.#clock = clock;
  }

  /** Whether a promise settles within the grace. One at a time. */
  covers(promise: Promise<unknown>): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (inTime: boolean): void => {
        this.#cancel();
        this.#expire = null;
        resolve(inTime);
      };
      this.#began = this.#clock.elapsed();
      this.#expire = () => finish(false);
      this.#cancel = this.#clock.after(this.#ms, this.#expire);
      const settle = (): void => finish(true);
      promise.then(settle, settle);
    });
  }

  /** From now on no step takes longer than this, counted from its beginning. */
  shorten(ms: number): void {
    if (ms >= this.#ms) return;
    this.#ms = ms;
    if (this.#expire === null) return;
    this.#cancel();
    const left = Math.max(0, this.#began + ms - this.#clock.elapsed());
    this.#cancel = this.#clock.after(left, this.#expire);
  }
}
