import { type Clock, systemClock } from "@cluster/pool";

interface Timer {
  readonly due: number;
  readonly background: "background" | undefined;
  readonly callback: () => void;
  cancel: () => void;
}

/**
 * Time that passes as usual, and that a test can advance: a deadline of a minute then takes no minute,
 * and none expires because a machine is slow. The time of day can be set as well, which no deadline
 * may notice.
 */
export class HandClock implements Clock {
  readonly #timers = new Set<Timer>();
  #ahead = 0;
  #setBack = 0;

  now(): number {
    return systemClock.now() + this.#ahead - this.#setBack;
  }

  elapsed(): number {
    return systemClock.elapsed() + this.#ahead;
  }

  after(ms: number, callback: () => void, background?: "background"): () => void {
    const due = this.elapsed() + ms;
    const timer: Timer = { due, background, callback, cancel: () => {} };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => this.#forget(timer);
  }

  /** Lets time pass at once: calls back whatever is due by then, the earliest first. */
  advance(ms: number): void {
    this.#ahead += ms;
    const due = [...this.#timers]
      .filter((timer) => timer.due <= this.elapsed())
      .sort((one, other) => one.due - other.due);
    for (const timer of due) this.#fire(timer);
    for (const timer of this.#timers) this.#arm(timer);
  }

  /** Sets the time of day back, as an administrator or a time server may. */
  setBack(ms: number): void {
    this.#setBack += ms;
  }

  #arm(timer: Timer): void {
    timer.cancel();
    const wait = Math.max(0, timer.due - this.elapsed());
    timer.cancel = systemClock.after(wait, () => this.#fire(timer), timer.background);
  }

  #fire(timer: Timer): void {
    if (!this.#timers.has(timer)) return;
    this.#forget(timer);
    timer.callback();
  }

  #forget(timer: Timer): void {
    this.#timers.delete(timer);
    timer.cancel();
  }
}
