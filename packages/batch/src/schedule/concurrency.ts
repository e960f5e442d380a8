/** What a {@link Concurrency} is told. */
export interface ConcurrencyOptions {
  /** The number of workers, at this moment: it begins there, and never goes beyond. */
  readonly ceiling: () => number;
  /** Hears of each new limit. */
  onLimit(limit: number): void;
}

/** One turn that counts towards the limit. */
export interface ConcurrentTurn {
  /** It is over. Its first word counts. */
  end(how: "answered" | "pushed-back" | "unknown"): void;
}

/**
 * How many turns one provider gets at once: halved when it refuses or is overloaded, and one more each
 * time that a whole round of turns was answered. Turns that began before the last fall say nothing about
 * the limit since: one wave of refusals halves it once.
 */
export class Concurrency {
  readonly #options: ConcurrencyOptions;
  /** `Infinity`: only the ceiling counts. */
  #limit = Number.POSITIVE_INFINITY;
  #underWay = 0;
  #answered = 0;
  /** Grows with each fall. */
  #era = 0;

  constructor(options: ConcurrencyOptions) {
    this.#options = options;
  }

  get limit(): number {
    return Math.min(this.#limit, this.#options.ceiling());
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** How many more turns may begin now. */
  get room(): number {
    return Math.max(0, this.limit - this.#underWay);
  }

  /** A turn begins, whether there is room or not. */
  begin(): ConcurrentTurn {
    const era = this.#era;
    let over = false;
    this.#underWay += 1;
    return {
      end: (how) => {
        if (over) return;
        over = true;
        this.#underWay -= 1;
        if (era !== this.#era) return;
        if (how === "pushed-back") this.#fall();
        if (how === "answered") this.#climb();
      },
    };
  }

  #fall(): void {
    this.#era += 1;
    this.#answered = 0;
    this.#change(Math.max(1, Math.floor(this.limit / 2)));
  }

  #climb(): void {
    this.#answered += 1;
    if (this.#answered < this.limit) return;
    this.#answered = 0;
    this.#change(this.#limit + 1);
  }

  #change(wanted: number): void {
    const { ceiling, onLimit } = this.#options;
    const before = this.limit;
    this.#limit = wanted >= ceiling() ? Number.POSITIVE_INFINITY : wanted;
    if (this.limit !== before) onLimit(this.limit);
  }
}
