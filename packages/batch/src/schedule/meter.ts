/** What a {@link Meter} begins with. All amounts have the same unit. */
export interface MeterOptions {
  /** `Infinity`: it only counts. */
  readonly limit: number;
  /** An upper bound for one attempt, where the user gives one. */
  readonly reserve?: number | undefined;
  /** What is known of earlier sessions. */
  readonly takenBefore?: number;
  /** What their attempts were like, by kind. */
  readonly before?: ReadonlyMap<string, MeteredBefore>;
}

/** Attempts of one kind in earlier sessions. */
export interface MeteredBefore {
  /** Those of which nobody knows what they took. */
  readonly untold: number;
  /** What the largest of the others took; `null` where none told. */
  readonly largest: number | null;
}

/** Where a {@link Meter} stands. */
export interface MeterState {
  readonly limit: number;
  /** What attempts took, `assumed` included. */
  readonly taken: number;
  /** For attempts that did not tell what they took: the bound of their kind for each. */
  readonly assumed: number;
  /** Attempts that did not tell. */
  readonly untold: number;
  /** For attempts under way. */
  readonly reserved: number;
  /** The least that is reserved for one attempt; `null` while nothing is known of any. */
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

/** What is known of the attempts of one kind. */
interface Kind {
  untold: number;
  largest: number | null;
  underWay: number;
}

/** Where nobody tells kinds apart. */
const ANY = "";

/**
 * Keeps one amount, money or tokens, within its limit. A further attempt may begin when what was taken,
 * what is reserved for those under way, and the bound of one more are within it. The bound is
 * {@link BOUND_MARGIN} times the largest attempt so far, or what the user gives; before either is known,
 * one attempt at a time has all that is left. So the limit is passed only by what attempts under way take
 * beyond their bound. Attempts of one kind, a tool with a model, take alike: what a cheap one took says
 * nothing about one that costs a hundred times as much, so that each kind has a bound of its own.
 */
export class Meter {
  readonly #options: MeterOptions;
  readonly #kinds = new Map<string, Kind>();
  #told: number;
  readonly #underWay = new Map<Reservation, number>();

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#told = options.takenBefore ?? 0;
    for (const [kind, before] of options.before ?? []) {
      this.#kinds.set(kind, { ...before, underWay: 0 });
    }
  }

  get state(): MeterState {
    const kinds = [...this.#kinds.values()];
    const bounds = kinds.flatMap((kind) => this.#bound(kind) ?? []);
    // Of a kind of which none ever told, the dearest of the others is the best guess.
    const guess = Math.max(0, ...bounds);
    const assumed = sum(kinds.map((kind) => kind.untold * (this.#bound(kind) ?? guess)));
    return {
      limit: this.#options.limit,
      taken: this.#told + assumed,
      assumed,
      untold: sum(kinds.map(({ untold }) => untold)),
      reserved: sum([...this.#underWay.values()]),
      bound: bounds.length === 0 ? (this.#options.reserve ?? null) : Math.min(...bounds),
    };
  }

  /** What is reserved for one attempt of a kind; `null` while nothing is known of any. */
  boundOf(kind: string): number | null {
    return this.#bound(this.#of(kind));
  }

  /** How many more attempts of a kind may begin now. */
  room(name: string = ANY): number {
    const { limit, taken, reserved } = this.state;
    if (limit === Number.POSITIVE_INFINITY) return limit;
    const left = limit - taken - reserved;
    if (left <= 0) return 0;
    const kind = this.#of(name);
    const bound = this.#bound(kind);
    if (bound !== null) return bound === 0 ? Number.POSITIVE_INFINITY : times(bound, left);
    return kind.underWay === 0 && kind.untold < UNTOLD_AT_FIRST ? 1 : 0;
  }

  /** Nothing more of these kinds can begin, whatever becomes of what is under way. */
  exhausted(kinds: readonly string[] = [ANY]): boolean {
    return this.#underWay.size === 0 && kinds.every((kind) => this.room(kind) === 0);
  }

  /** An attempt begins. */
  reserve(name: string = ANY): Reservation {
    const { limit, taken, reserved } = this.state;
    const kind = this.#of(name);
    const left = limit === Number.POSITIVE_INFINITY ? 0 : limit - taken - reserved;
    const end = (): boolean => {
      if (!this.#underWay.delete(reservation)) return false;
      kind.underWay -= 1;
      return true;
    };
    const reservation: Reservation = {
      settle: (amount) => {
        if (!end()) return;
        if (amount === null) {
          kind.untold += 1;
          return;
        }
        this.#told += amount;
        kind.largest = Math.max(kind.largest ?? 0, amount);
      },
      cancel: end,
    };
    kind.underWay += 1;
    this.#underWay.set(reservation, this.#bound(kind) ?? left);
    return reservation;
  }

  #of(name: string): Kind {
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const kind: Kind = { untold: 0, largest: null, underWay: 0 };
    this.#kinds.set(name, kind);
    return kind;
  }

  #bound({ largest }: Kind): number | null {
    const { reserve } = this.#options;
    if (largest === null) return reserve ?? null;
    // What was seen counts more than what was thought.
    return Math.max(reserve ?? BOUND_MARGIN * largest, largest);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
