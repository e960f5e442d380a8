import { BOUND_MARGIN, Meter, type MeterState } from "./meter.ts";

/** What a {@link Budget} begins with. */
export interface BudgetOptions {
  /** US dollars. @default Infinity */
  readonly maxCostUsd?: number;
  /** Input and output together. @default Infinity */
  readonly maxTokens?: number;
  /** From the making of the budget on. @default Infinity */
  readonly maxTimeMs?: number;
  /** Upper bounds for one attempt, where the user gives them. */
  readonly reserveCostUsd?: number | undefined;
  readonly reserveTokens?: number | undefined;
  /** What earlier sessions of the run took. */
  readonly before?: SpentBefore;
  /** Milliseconds that never go back. */
  readonly elapsed: () => number;
}

/** What earlier sessions of a run took, as far as it is known, and of how many attempts it is not. */
export interface SpentBefore {
  readonly costUsd: number;
  readonly tokens: number;
  readonly untoldCosts: number;
  readonly untoldTokens: number;
  /** The largest attempt; `null` where none told. */
  readonly largestCostUsd: number | null;
  readonly largestTokens: number | null;
}

/** What an attempt took; `null`: nobody knows. */
export interface Taken {
  readonly costUsd: number | null;
  readonly tokens: number | null;
}

/** Where a budget stands. */
export interface BudgetState {
  readonly cost: MeterState;
  readonly tokens: MeterState;
  readonly timeMs: number;
  readonly maxTimeMs: number;
}

/** One attempt within a budget. It is over once; further words are ignored. */
export interface BudgetedAttempt {
  settle(taken: Taken): void;
  /** Nothing of it happened. */
  cancel(): void;
}

/**
 * Keeps a run within what it may cost, in money, tokens and time. Time passes for all attempts at once: a
 * further one may begin when {@link BOUND_MARGIN} times the longest so far still fits.
 */
export class Budget {
  readonly #cost: Meter;
  readonly #tokens: Meter;
  readonly #maxTimeMs: number;
  readonly #elapsed: () => number;
  readonly #startedAt: number;
  #longestMs = 0;

  constructor(options: BudgetOptions) {
    const { maxCostUsd, maxTokens, maxTimeMs, reserveCostUsd, reserveTokens, before } = options;
    const none = Number.POSITIVE_INFINITY;
    this.#cost = new Meter({
      limit: maxCostUsd ?? none,
      reserve: reserveCostUsd,
      takenBefore: before?.costUsd ?? 0,
      untoldBefore: before?.untoldCosts ?? 0,
      largestBefore: before?.largestCostUsd ?? null,
    });
    this.#tokens = new Meter({
      limit: maxTokens ?? none,
      reserve: reserveTokens,
      takenBefore: before?.tokens ?? 0,
      untoldBefore: before?.untoldTokens ?? 0,
      largestBefore: before?.largestTokens ?? null,
    });
    this.#maxTimeMs = maxTimeMs ?? none;
    this.#elapsed = options.elapsed;
    this.#startedAt = options.elapsed();
  }

  get state(): BudgetState {
    return {
      cost: this.#cost.state,
      tokens: this.#tokens.state,
      timeMs: this.#elapsed() - this.#startedAt,
      maxTimeMs: this.#maxTimeMs,
    };
  }

  /** How many more attempts may begin now. */
  get room(): number {
    return this.#timeIsUp() ? 0 : Math.min(this.#cost.room, this.#tokens.room);
  }

  /** Why nothing more can begin, whatever becomes of what is under way; `null` while something can. */
  get exhausted(): string | null {
    const { cost, tokens, timeMs, maxTimeMs } = this.state;
    if (this.#timeIsUp()) {
      const bound = BOUND_MARGIN * this.#longestMs;
      return `The time is up: ${seconds(timeMs)} of ${seconds(maxTimeMs)} have passed, and a further task may take ${seconds(bound)}.`;
    }
    if (this.#cost.exhausted) return spent("money", cost, dollars);
    if (this.#tokens.exhausted) return spent("tokens", tokens, (count) => `${Math.round(count)}`);
    return null;
  }

  /** An attempt begins. */
  begin(): BudgetedAttempt {
    const beganAt = this.#elapsed();
    const cost = this.#cost.reserve();
    const tokens = this.#tokens.reserve();
    return {
      settle: (taken) => {
        cost.settle(taken.costUsd);
        tokens.settle(taken.tokens);
        this.#longestMs = Math.max(this.#longestMs, this.#elapsed() - beganAt);
      },
      cancel: () => {
        cost.cancel();
        tokens.cancel();
      },
    };
  }

  #timeIsUp(): boolean {
    const passed = this.#elapsed() - this.#startedAt;
    return passed + BOUND_MARGIN * this.#longestMs >= this.#maxTimeMs;
  }
}

function spent(what: string, state: MeterState, show: (amount: number) => string): string {
  const { limit, taken, assumed, untold, bound } = state;
  if (bound === null && taken < limit) {
    return `None of ${untold} attempts told what it took, so that the limit of ${show(limit)} cannot be kept. Give an upper bound for one attempt: reserve, or --reserve-cost and --reserve-tokens on the command line.`;
  }
  const guess =
    untold === 0
      ? ""
      : ` (${show(assumed)} of it assumed for ${untold} attempts that did not tell)`;
  const next = bound === null ? "" : `, and a further attempt may take ${show(bound)}`;
  return `The budget of ${what} is spent: ${show(taken)} of ${show(limit)}${guess}${next}.`;
}

/** Cents matter, and parts of a cent where there is little of it. */
function dollars(amount: number): string {
  return `$${amount < 1 ? amount.toFixed(4) : amount.toFixed(2)}`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
