import type { Clock } from "@cluster/manager";

/** What a {@link Dispatcher} needs. */
export interface DispatcherOptions<Item> {
  /** How many items are at work at once. */
  readonly slots: number;
  /** How many of them take their turn at once. @default slots */
  readonly turns?: number;
  readonly clock: Clock;
  /** Works on an item; the slot is free again when it settles. It must not reject. */
  start(item: Item): Promise<void>;
}

/** The turn of one item. */
export interface TurnTicket {
  /** Begins it when that is possible at once. */
  tryBegin(): boolean;
  /** Resolves when it has begun. Rejects when `signal` is aborted before. */
  begin(signal: AbortSignal): Promise<void>;
  /** It is over, and another item may begin its own. Doing so again does nothing. */
  end(): void;
}

/**
 * Keeps as many items at work as there are slots. An item that waits for its retry holds no slot; a
 * pause holds everybody back; after `close` nothing new starts.
 *
 * Where there are fewer turns than slots, the items beyond get everything ready meanwhile, and take
 * their turns in the order in which they asked.
 */
export class Dispatcher<Item> {
  readonly #options: DispatcherOptions<Item>;
  readonly #delayed = new Map<Item, () => void>();
  /** Places before the head are empty: what has begun is not held. */
  readonly #queue: (Item | null)[] = [];
  #head = 0;
  /** Those whose wait is over. They go before the others: what began is to end. */
  readonly #again: Item[] = [];
  /** Those that are ready and wait for their turn. */
  readonly #ready: (() => void)[] = [];
  #atWork = 0;
  #turns = 0;
  #closed = false;
  #pausedUntil = 0;
  #endPause: (() => void) | null = null;

  constructor(options: DispatcherOptions<Item>) {
    this.#options = options;
  }

  /** How many items are at work. */
  get atWork(): number {
    return this.#atWork;
  }

  /** How many items are still to be started, those that wait for their retry among them. */
  get waiting(): number {
    return this.#again.length + this.#delayed.size + this.#queue.length - this.#head;
  }

  /** For an item that is at work. */
  ticket(): TurnTicket {
    let state: "waiting" | "begun" | "over" = "waiting";
    const begin = (): void => {
      this.#turns += 1;
      state = "begun";
    };
    return {
      tryBegin: () => {
        if (state === "begun") return true;
        if (this.#ready.length > 0 || !this.#turnIsFree()) return false;
        begin();
        return true;
      },
      begin: async (signal) => {
        const begun = Promise.withResolvers<void>();
        const take = (): void => {
          begin();
          begun.resolve();
        };
        const giveUp = (): void => begun.reject(signal.reason);
        signal.throwIfAborted();
        signal.addEventListener("abort", giveUp, { once: true });
        this.#ready.push(take);
        this.#pump();
        try {
          await begun.promise;
        } finally {
          signal.removeEventListener("abort", giveUp);
          const at = this.#ready.indexOf(take);
          if (at >= 0) this.#ready.splice(at, 1);
        }
      },
      end: () => {
        if (state === "begun") this.#turns -= 1;
        const freed = state === "begun";
        state = "over";
        if (freed) this.#pump();
      },
    };
  }

  /** Adds items at the end of the queue. */
  add(items: readonly Item[]): void {
    for (const item of items) this.#queue.push(item);
    this.#pump();
  }

  /** Adds an item again after a wait. Returns false, and takes it not, when nothing new starts any more. */
  addAfter(item: Item, ms: number): boolean {
    if (this.#closed) return false;
    const cancel = this.#options.clock.after(ms, () => {
      this.#delayed.delete(item);
      this.#again.push(item);
      this.#pump();
    });
    this.#delayed.set(item, cancel);
    return true;
  }

  /** Starts nothing for `ms`. Of several pauses the one that ends last counts. Returns its end. */
  pause(ms: number): number {
    const { clock } = this.#options;
    if (this.#closed) return clock.now();
    const until = clock.now() + ms;
    if (until <= this.#pausedUntil) return this.#pausedUntil;
    this.#pausedUntil = until;
    this.#endPause?.();
    this.#endPause = clock.after(ms, () => {
      this.#endPause = null;
      this.#pausedUntil = 0;
      this.#pump();
    });
    return until;
  }

  /** Starts nothing more. Returns what was waiting, which is the caller's from now on. */
  close(): Item[] {
    this.#closed = true;
    this.#endPause?.();
    for (const cancel of this.#delayed.values()) cancel();
    const waiting = [
      ...this.#again.splice(0),
      ...this.#delayed.keys(),
      ...(this.#queue.splice(0).slice(this.#head) as Item[]),
    ];
    this.#delayed.clear();
    this.#head = 0;
    return waiting;
  }

  #next(): { readonly item: Item } | null {
    const again = this.#again.shift();
    if (again !== undefined) return { item: again };
    if (this.#head >= this.#queue.length) return null;
    const item = this.#queue[this.#head] as Item;
    this.#queue[this.#head] = null;
    this.#head += 1;
    return { item };
  }

  #turnIsFree(): boolean {
    const { slots, turns = slots } = this.#options;
    return this.#endPause === null && this.#turns < turns;
  }

  #pump(): void {
    while (this.#ready.length > 0 && this.#turnIsFree()) this.#ready.shift()?.();
    while (this.#endPause === null && !this.#closed && this.#atWork < this.#options.slots) {
      const next = this.#next();
      if (next === null) return;
      this.#atWork += 1;
      void this.#options.start(next.item).finally(() => {
        this.#atWork -= 1;
        this.#pump();
      });
    }
  }
}
