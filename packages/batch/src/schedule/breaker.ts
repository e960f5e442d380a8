import type { Clock } from "@cluster/manager";
import { backoffMs } from "./backoff.ts";

/**
 * What a breaker lets through.
 * - `closed`: everything
 * - `open`: nothing, until the wait is over
 * - `half-open`: one turn, the probe, whose end decides
 */
export type BreakerState =
  | { readonly kind: "closed" }
  /** `until`: milliseconds since the epoch. */
  | { readonly kind: "open"; readonly until: number }
  | { readonly kind: "half-open"; readonly probing: boolean };

/** What a {@link Breaker} needs. */
export interface BreakerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** The longest wait, whatever the provider asks for. */
  readonly maxWaitMs: number;
  /** Hears of each new state, after the breaker has it. */
  onState(state: BreakerState): void;
}

/** One turn that a breaker has let through. Its first word counts, further ones are ignored. */
export interface Passage {
  readonly probe: boolean;
  /** The provider refused for quota. Returns whether the breaker opened, or stays open longer, for it. */
  refused(retryAfterMs: number | null): boolean;
  /** The provider did its work, whatever came of that. */
  answered(): void;
  /** Nobody knows what the provider would have said: the process crashed, or was stopped. */
  unknown(): void;
}

/** A refusal that names no time: providers count by the minute. It doubles with each probe that is refused. */
const FIRST_WAIT_MS = 5_000;
const LONGEST_OWN_WAIT_MS = 60_000;

/**
 * Keeps everybody from a provider that has refused, until one turn, the probe, has shown that it answers
 * again. Turns that were under way when it opened do not lengthen the wait by their own refusals, unless
 * the provider names a later time.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #state: BreakerState = { kind: "closed" };
  #refusedProbes = 0;
  #cancelTimer: (() => void) | null = null;
  /** The turn that decides, while the breaker is half-open. */
  #probe: Passage | null = null;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Probes refused in a row; 0 as soon as the provider answers. */
  get refusedProbes(): number {
    return this.#refusedProbes;
  }

  /** How many turns may begin now. */
  get room(): number {
    const { kind } = this.#state;
    if (kind === "closed") return Number.POSITIVE_INFINITY;
    return kind === "half-open" && this.#probe === null ? 1 : 0;
  }

  /** A turn begins. There must be room for it. */
  begin(): Passage {
    if (this.room === 0) throw new Error("The breaker lets nothing through.");
    let over = false;
    const first = (): boolean => {
      const before = over;
      over = true;
      return !before;
    };
    const passage: Passage = {
      probe: this.#state.kind === "half-open",
      refused: (retryAfterMs) => first() && this.#refused(passage, retryAfterMs),
      answered: () => {
        if (first()) this.#answered(passage);
      },
      unknown: () => {
        if (first() && this.#probe === passage) this.#halfOpen(null);
      },
    };
    if (passage.probe) this.#halfOpen(passage);
    return passage;
  }

  /** Sets no timer any more. */
  [Symbol.dispose](): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #refused(passage: Passage, retryAfterMs: number | null): boolean {
    const { clock, maxWaitMs } = this.#options;
    const asked = retryAfterMs === null ? null : Math.min(Math.max(0, retryAfterMs), maxWaitMs);
    if (this.#probe === passage) {
      this.#refusedProbes += 1;
      return this.#open(asked ?? this.#ownWaitMs());
    }
    // The probe will tell; nobody else begins before it has.
    if (this.#probe !== null) return false;
    if (this.#state.kind === "closed") return this.#open(asked ?? this.#ownWaitMs());
    const until = this.#state.kind === "open" ? this.#state.until : clock.now();
    return asked !== null && clock.now() + asked > until && this.#open(asked);
  }

  #answered(passage: Passage): void {
    if (this.#probe !== passage) return;
    this.#probe = null;
    this.#refusedProbes = 0;
    this.#enter({ kind: "closed" });
  }

  #ownWaitMs(): number {
    const { random, maxWaitMs } = this.#options;
    const maxMs = Math.min(LONGEST_OWN_WAIT_MS, maxWaitMs);
    return backoffMs(this.#refusedProbes + 1, { firstMs: FIRST_WAIT_MS, maxMs, random });
  }

  #open(ms: number): true {
    const { clock } = this.#options;
    this.#probe = null;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.after(ms, () => {
      this.#cancelTimer = null;
      this.#halfOpen(null);
    });
    this.#enter({ kind: "open", until: clock.now() + ms });
    return true;
  }

  #halfOpen(probe: Passage | null): void {
    this.#probe = probe;
    this.#enter({ kind: "half-open", probing: probe !== null });
  }

  #enter(state: BreakerState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
