import { BOUND_MARGIN, Meter, type MeteredBefore, type MeterState } from "./meter.ts";

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

/** What earlier sessions of a run took, as far as it is known. */
export interface SpentBefore {
  readonly costUsd: number;
  readonly tokens: number;
  /** What their attempts were like, by kind. */
  readonly costs: ReadonlyMap<string, MeteredBefore>;
  readonly tokenCounts: ReadonlyMap<string, MeteredBefore>;
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
      ...(before && { takenBefore: before.costUsd, before: before.costs }),
    });
    this.#tokens = new Meter({
      limit: maxTokens ?? none,
      reserve: reserveTokens,
      ...(before && { takenBefore: before.tokens, before: before.tokenCounts }),
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

  /** How many more attempts of a kind, a tool with a model, may begin now. */
  room(kind?: string): number {
    return this.#timeIsUp() ? 0 : Math.min(this.#cost.room(kind), this.#tokens.room(kind));
  }

  /** Why nothing more of these kinds can begin, whatever becomes of what is under way; `null` while something can. */
  exhausted(kinds?: readonly string[]): string | null {
    const { timeMs, maxTimeMs } = this.state;
    if (this.#timeIsUp()) {
      const bound = BOUND_MARGIN * this.#longestMs;
      return `The time is up: ${seconds(timeMs)} of ${seconds(maxTimeMs)} have passed, and a further task may take ${seconds(bound)}.`;
    }
    if (this.#cost.exhausted(kinds)) return spent("money", this.#cost, kinds, dollars);
    if (this.#tokens.exhausted(kinds)) {
      return spent("tokens", this.#tokens, kinds, (count) => `${Math.round(count)}`);
    }
    return null;
  }

  /** An attempt of a kind begins. */
  begin(kind?: string): BudgetedAttempt {
    const beganAt = this.#elapsed();
    const cost = this.#cost.reserve(kind);
    const tokens = this.#tokens.reserve(kind);
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

function spent(
  what: string,
  meter: Meter,
  kinds: readonly string[] | undefined,
  show: (amount: number) => string,
): string {
  const { limit, taken, assumed, untold, bound: least } = meter.state;
  const bounds =
    kinds?.flatMap((kind) => meter.boundOf(kind) ?? []) ?? (least === null ? [] : [least]);
  const bound = bounds.length === 0 ? null : Math.min(...bounds);
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
