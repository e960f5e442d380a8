import type { ServerRestartOptions } from "../options.ts";

/** How often a server may fail, and how long to wait before the next one. */
export class RestartBudget {
  readonly #policy: Required<ServerRestartOptions>;
  #failures: number[] = [];
  #notBefore = 0;

  constructor(policy: Required<ServerRestartOptions>) {
    this.#policy = policy;
  }

  failed(): void {
    const { backoffMs, maxBackoffMs } = this.#policy;
    const now = this.#forgetOld();
    this.#failures.push(now);
    const wait = Math.min(maxBackoffMs, backoffMs * 2 ** (this.#failures.length - 1));
    // Between half and the whole: servers that ended together do not come back together.
    this.#notBefore = now + wait * (0.5 + Math.random() / 2);
  }

  /** Milliseconds until the next one may be started; null when it was too often. */
  wait(): number | null {
    const now = this.#forgetOld();
    if (this.#failures.length > this.#policy.intensity) return null;
    return this.#failures.length === 0 ? 0 : Math.max(0, this.#notBefore - now);
  }

  #forgetOld(): number {
    const now = performance.now();
    this.#failures = this.#failures.filter((time) => now - time < this.#policy.periodMs);
    return now;
  }
}
