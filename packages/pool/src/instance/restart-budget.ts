/** The compiled restart options. */
export interface RestartPolicy {
  readonly intensity: number;
  readonly periodMs: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/**
 * The restart budget of one instance, as Erlang's supervisors have it: more than `intensity` crashes
 * within `periodMs` and it gives up. Unlike theirs it waits between starts, longer each time, and starts
 * that fail one after the other count whatever the period: those that time out may be further apart.
 */
export class RestartBudget {
  readonly #policy: RestartPolicy;
  readonly #random: () => number;
  #crashes: number[] = [];

  constructor(policy: RestartPolicy, random: () => number = Math.random) {
    this.#policy = policy;
    this.#random = random;
  }

  /**
   * Records a crash, or a start that failed. Returns how long to wait before the next start, or null when
   * there is none.
   *
   * @param lastReady When a start last succeeded; null when none has.
   */
  crash(now: number, lastReady: number | null): number | null {
    const { intensity, periodMs, backoffMs, maxBackoffMs } = this.#policy;
    this.#crashes = this.#crashes.filter(
      (time) => now - time < periodMs || lastReady === null || time >= lastReady,
    );
    this.#crashes.push(now);
    if (this.#crashes.length > intensity) return null;
    const wait = Math.min(maxBackoffMs, backoffMs * 2 ** (this.#crashes.length - 1));
    // Between half and the whole: instances that died together do not come back together.
    return wait * (0.5 + this.#random() / 2);
  }

  /** Forgets: the caller has asked for a new beginning. */
  clear(): void {
    this.#crashes = [];
  }
}
