import type { Clock, FailureClass } from "@cluster/pool";

/** A refusal that names no time: as long as providers count. */
const REFUSED_MS: Partial<Record<FailureClass, number>> = {
  quota: 30_000,
  overload: 5_000,
  // Until somebody gets through all the same.
  auth: Number.POSITIVE_INFINITY,
  environment: Number.POSITIVE_INFINITY,
};

/** Why nobody who can go elsewhere is sent there, and how long. */
export interface Reluctance {
  readonly failureClass: FailureClass;
  readonly message: string;
  /** Milliseconds since the epoch; null: until a turn ends well. */
  readonly until: number | null;
}

/** Whoever serves a tool's model, or several tools': turns at once, and whether it refuses. */
export class Provider {
  readonly maxTurns: number;
  readonly #clock: Clock;
  busy = 0;
  #reluctance: (Reluctance & { readonly over: number }) | null = null;

  constructor(maxTurns: number, clock: Clock) {
    this.maxTurns = maxTurns;
    this.#clock = clock;
  }

  get room(): number {
    return Math.max(0, this.maxTurns - this.busy);
  }

  /** While it refuses, only those go there who have nowhere else to go. */
  get reluctance(): Reluctance | null {
    const known = this.#reluctance;
    if (known === null || known.over <= this.#clock.elapsed()) return null;
    const { over: _, ...reluctance } = known;
    return reluctance;
  }

  failed(failureClass: FailureClass, message: string, retryAfterMs: number | undefined): void {
    const ms = retryAfterMs ?? REFUSED_MS[failureClass];
    if (ms === undefined || REFUSED_MS[failureClass] === undefined) return;
    const over = this.#clock.elapsed() + ms;
    const until = ms === Number.POSITIVE_INFINITY ? null : this.#clock.now() + ms;
    this.#reluctance = { failureClass, message, until, over };
  }

  answered(): void {
    this.#reluctance = null;
  }
}
