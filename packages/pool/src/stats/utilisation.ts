const STEP_MS = 5_000;
const STEPS = 12;

/** How much of the instances' time is used: since the start, and over the last minute. */
export class Utilisation {
  readonly #began: number;
  #busy = 0;
  #size = 0;
  /** Up to when time is added up. */
  #until: number;
  #busyMs = 0;
  #totalMs = 0;
  /** The sums at the last boundaries between steps, each at the number of its step modulo STEPS. */
  readonly #busyAt = new Float64Array(STEPS);
  readonly #totalAt = new Float64Array(STEPS);
  /** The number of the next boundary. The one of the beginning, with sums of 0, is 0. */
  #next = 1;

  constructor(now: number) {
    this.#began = now;
    this.#until = now;
  }

  /** An instance was taken (1) or given back (-1). */
  busy(change: 1 | -1, now: number): void {
    this.#advance(now);
    this.#busy += change;
  }

  resized(size: number, now: number): void {
    this.#advance(now);
    this.#size = size;
  }

  sinceStart(now: number): number {
    this.#advance(now);
    return share(this.#busyMs, this.#totalMs);
  }

  lastMinute(now: number): number {
    this.#advance(now);
    const oldest = Math.max(0, this.#next - STEPS) % STEPS;
    return share(
      this.#busyMs - (this.#busyAt[oldest] ?? 0),
      this.#totalMs - (this.#totalAt[oldest] ?? 0),
    );
  }

  #advance(now: number): void {
    if (now >= this.#began + this.#next * STEP_MS) this.#passBoundaries(now);
    this.#addUp(now);
  }

  #passBoundaries(now: number): void {
    const last = Math.floor((now - this.#began) / STEP_MS);
    // Nothing has changed since: after a long rest only the last boundaries matter.
    for (let step = Math.max(this.#next, last - STEPS + 1); step <= last; step += 1) {
      this.#addUp(this.#began + step * STEP_MS);
      this.#busyAt[step % STEPS] = this.#busyMs;
      this.#totalAt[step % STEPS] = this.#totalMs;
    }
    this.#next = last + 1;
  }

  #addUp(until: number): void {
    const passed = until - this.#until;
    this.#busyMs += passed * this.#busy;
    this.#totalMs += passed * this.#size;
    this.#until = until;
  }
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
