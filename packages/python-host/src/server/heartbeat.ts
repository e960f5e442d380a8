/** Asks for a sign of life, again and again, and tells when none has come in time. */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  /** When the question that is not answered yet was asked. */
  #askedAt: number | null = null;

  constructor(limitMs: number, ask: () => void, onSilence: () => void) {
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
    const everyMs = Math.max(10, limitMs / 4);
    if (everyMs > 0x7fff_ffff) return;
    this.#timer = setInterval(() => {
      if (this.#askedAt === null) {
        this.#askedAt = performance.now();
        ask();
      } else if (this.#isLate()) {
        // This program may have been the one that was busy: what has come meanwhile is read first.
        setImmediate(() => setImmediate(() => this.#giveUp()));
      }
    }, everyMs);
    this.#timer.unref();
  }

  answered(): void {
    this.#askedAt = null;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#askedAt = null;
  }

  #isLate(): boolean {
    return this.#askedAt !== null && performance.now() - this.#askedAt >= this.#limitMs;
  }

  #giveUp(): void {
    if (!this.#isLate()) return;
    this.stop();
    this.#onSilence();
  }
}
