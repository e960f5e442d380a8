/** What a {@link Meter} begins with. All amounts have the same unit. */
export interface MeterOptions {
  /** `Infinity`: it only counts. */
  readonly limit: number;
  /** An upper bound for one attempt, where the user gives one. */
  readonly reserve?: number | undefined;
  /** What is known of earlier sessions. */
  readonly takenBefore?: number;
  /** Attempts of earlier sessions of which nobody knows what they took. */
  readonly untoldBefore?: number;
  /** The largest attempt of earlier sessions, where one is known. */
  readonly largestBefore?: number | null;
}

/** Where a {@link Meter} stands. */
export interface MeterState {
  readonly limit: number;
  /** What attempts took, `assumed` included. */
  readonly taken: number;
  /** For attempts that did not tell what they took: the bound for each. */
  readonly assumed: number;
  /** Attempts that did not tell. */
  readonly untold: number;
  /** For attempts under way. */
  readonly reserved: number;
  /** What is reserved for one attempt; `null` while nothing is known of any. */
  readonly bound: number | null;
}

/** What is reserved for one attempt. It is over once; further words are ignored. */
export interface Reservation {
  /** @param taken `null`: nobody knows. It counts as the bound of one attempt then. */
  settle(taken: number | null): void;
  /** The attempt did not begin. */
  cancel(): void;
}

/** How much larger than the largest attempt so far the next one may be. */
export const BOUND_MARGIN = 1.5;

/** Cents are no whole numbers: 0.3 is to fit into what is left of 0.5 after 0.2. */
function times(part: number, whole: number): number {
  return Math.floor(whole / part + 1e-9);
}

/** So many attempts may end without a word on what they took before anything is known of any. */
const UNTOLD_AT_FIRST = 3;

/**
 * Keeps one amount, money or tokens, within its limit. A further attempt may begin when what was taken,
 * what is reserved for those under way, and the bound of one more are within it. The bound is
 * {@link BOUND_MARGIN} times the largest attempt so far, or what the user gives; before either is known,
 * one attempt at a time has all that is left. So the limit is passed only by what attempts under way take
 * beyond their bound.
 */
export class Meter {
  readonly #options: MeterOptions;
  #told: number;
  #untold: number;
  #largest: number | null;
  readonly #underWay = new Map<Reservation, number>();

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#told = options.takenBefore ?? 0;
    this.#untold = options.untoldBefore ?? 0;
    this.#largest = options.largestBefore ?? null;
  }

  get state(): MeterState {
    const bound = this.#bound();
    const assumed = this.#untold * (bound ?? 0);
    const reserved = [...this.#underWay.values()].reduce((sum, one) => sum + one, 0);
    const { limit } = this.#options;
    return { limit, taken: this.#told + assumed, assumed, untold: this.#untold, reserved, bound };
  }

  /** How many more attempts may begin now. */
  get room(): number {
    const { limit, taken, reserved, bound, untold } = this.state;
    if (limit === Number.POSITIVE_INFINITY) return limit;
    const left = limit - taken - reserved;
    if (left <= 0) return 0;
    if (bound !== null) return bound === 0 ? Number.POSITIVE_INFINITY : times(bound, left);
    return this.#underWay.size === 0 && untold < UNTOLD_AT_FIRST ? 1 : 0;
  }

  /** Nothing more can begin, whatever becomes of what is under way. */
  get exhausted(): boolean {
    return this.#underWay.size === 0 && this.room === 0;
  }

  /** An attempt begins. */
  reserve(): Reservation {
    const { limit, taken, reserved, bound } = this.state;
    const left = limit === Number.POSITIVE_INFINITY ? 0 : limit - taken - reserved;
    const reservation: Reservation = {
      settle: (amount) => {
        if (!this.#underWay.delete(reservation)) return;
        if (amount === null) {
          this.#untold += 1;
          return;
        }
        this.#told += amount;
        this.#largest = Math.max(this.#largest ?? 0, amount);
      },
      cancel: () => this.#underWay.delete(reservation),
    };
    this.#underWay.set(reservation, bound ?? left);
    return reservation;
  }

  #bound(): number | null {
    const { reserve } = this.#options;
    if (this.#largest === null) return reserve ?? null;
    // What was seen counts more than what was thought.
    return Math.max(reserve ?? BOUND_MARGIN * this.#largest, this.#largest);
  }
}
