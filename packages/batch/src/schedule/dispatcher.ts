import type { Clock } from "@cluster/manager";
import { BatchError } from "../errors/batch-error.ts";
import { Lanes } from "./lanes.ts";

/** How many items are at work in a lane, and how many of those have not begun their turn. */
export interface LaneWork {
  atWork(lane: string): number;
  preparing(lane: string): number;
}

/** Says what may begin now. Items of one lane are let in or held back alike. */
export interface Gate<Item> {
  laneOf(item: Item): string;
  /** How many more items of a lane may be got ready, beside those that are and have not begun their turn. */
  startRoom(lane: string, work: LaneWork): number;
  /** An item is about to start. Returns the lane that it works in, where it waited for one of several. */
  enter?(item: Item, lane: string, work: LaneWork): string;
  /** How many more turns of a lane may begin. */
  turnRoom(lane: string): number;
  /** A turn begins, before anything of it happens. */
  begun(item: Item): void;
  /** Whether a turn that was let in, and of which nothing has happened yet, may still begin. */
  stands(item: Item): boolean;
  /** It does not, and waits again. */
  takenBack(item: Item): void;
}

/** What a {@link Dispatcher} needs. */
export interface DispatcherOptions<Item> {
  /** How many items are at work at once. */
  readonly slots: number;
  /** How many of them take their turn at once. @default slots */
  readonly turns?: number;
  readonly clock: Clock;
  /** @default everything is let in */
  readonly gate?: Gate<Item>;
  /** Works on an item; the slot is free again when it settles. It must not reject. */
  start(item: Item): Promise<void>;
}

/** The turn of one item. */
export interface TurnTicket {
  /** Begins it when that is possible at once. */
  tryBegin(): boolean;
  /**
   * Resolves when it has begun. A turn that `tryBegin` has let in waits again when the gate holds its lane
   * back meanwhile. Rejects when `signal` is aborted before, and with a {@link BatchError}
   * TURN_RECALLED when the item is to be started anew.
   */
  begin(signal: AbortSignal): Promise<void>;
  /**
   * It waits for what others have, and needs nothing else until then: another item may be at work in its place.
   * Returns what ends that.
   */
  rest(): () => void;
  /** It is over, and another item may begin its own. Doing so again does nothing. */
  end(): void;
}

/** An item at work, up to the end of its turn. */
interface Preparation {
  readonly lane: string;
  turn: "waiting" | "begun" | "over";
  recalled: boolean;
  /** It waits for what others have. */
  rests: boolean;
  /** Set while it waits for its turn. */
  waits: PromiseWithResolvers<void> | null;
}

const OPEN: Gate<unknown> = {
  laneOf: () => "",
  startRoom: () => Number.POSITIVE_INFINITY,
  turnRoom: () => Number.POSITIVE_INFINITY,
  begun: () => {},
  stands: () => true,
  takenBack: () => {},
};

/**
 * Keeps as many items at work as there are slots, as far as its gate lets them in. An item that waits for
 * its retry holds no slot; after `close` nothing new starts.
 *
 * Where there are fewer turns than slots, the items beyond get everything ready meanwhile, and take
 * their turns in the order in which they asked.
 */
export class Dispatcher<Item> {
  readonly #options: DispatcherOptions<Item>;
  readonly #gate: Gate<Item>;
  readonly #lanes: Lanes<Item>;
  readonly #delayed = new Map<Item, () => void>();
  /** Those at work. */
  readonly #items = new Map<Item, Preparation>();
  /** Those that are ready and wait for their turn, in the order in which they asked. */
  readonly #ready = new Set<Item>();
  readonly #work: LaneWork = {
    atWork: (lane) => this.#count((one) => one.lane === lane && !one.rests),
    preparing: (lane) =>
      this.#count((one) => one.lane === lane && one.turn === "waiting" && !one.rests),
  };
  #atWork = 0;
  #turns = 0;
  #closed = false;
  #pumping = false;
  #pumpAgain = false;

  constructor(options: DispatcherOptions<Item>) {
    this.#options = options;
    this.#gate = options.gate ?? OPEN;
    this.#lanes = new Lanes((item) => this.#gate.laneOf(item));
  }

  /** How many items are at work. */
  get atWork(): number {
    return this.#atWork;
  }

  /** How many turns have begun and are not over. */
  get turnsUnderWay(): number {
    return this.#turns;
  }

  /** How many items are still to be started, those that wait for their retry among them. */
  get waiting(): number {
    return this.#delayed.size + this.#lanes.size;
  }

  /** How many items are at work whose turn has not begun. */
  get preparing(): number {
    return [...this.#items.values()].filter(({ turn }) => turn === "waiting").length;
  }

  /** For an item that is at work. */
  ticket(item: Item): TurnTicket {
    const preparation = this.#items.get(item);
    if (preparation === undefined) throw new Error("A ticket is for an item that is at work.");
    return {
      tryBegin: () => {
        if (preparation.turn === "begun") return true;
        if (preparation.turn === "over" || preparation.recalled) return false;
        if (this.#waitsBefore(preparation.lane) || !this.#mayBegin(preparation.lane)) return false;
        this.#begin(item, preparation);
        return true;
      },
      begin: (signal) => this.#beginInTurn(item, preparation, signal),
      rest: () => {
        preparation.rests = true;
        this.#pump();
        return () => {
          preparation.rests = false;
        };
      },
      end: () => {
        const freed = preparation.turn === "begun";
        preparation.turn = "over";
        if (!freed) return;
        this.#turns -= 1;
        this.#pump();
      },
    };
  }

  /** Adds items at the end of the queue. Returns false, and takes none, when nothing new starts any more. */
  add(items: readonly Item[]): boolean {
    if (this.#closed) return false;
    for (const item of items) this.#lanes.add(item);
    this.#pump();
    return true;
  }

  /**
   * Adds an item again after a wait, before those that were never begun, or behind all. Returns false, and
   * takes it not, when nothing new starts any more.
   */
  addAfter(item: Item, ms: number, where: "first" | "last" = "first"): boolean {
    if (this.#closed) return false;
    const cancel = this.#options.clock.after(ms, () => {
      this.#delayed.delete(item);
      if (where === "first") this.#lanes.addAgain(item);
      else this.#lanes.add(item);
      this.#pump();
    });
    this.#delayed.set(item, cancel);
    return true;
  }

  /** The gate may let in more than before. */
  wake(): void {
    this.#pump();
  }

  /**
   * The turns of a lane of which nothing has happened are not to begin: their tickets reject, and whoever
   * holds them gives the items back.
   */
  recall(lane: string): void {
    for (const preparation of this.#items.values()) {
      if (preparation.lane !== lane) continue;
      preparation.recalled = true;
      preparation.waits?.reject(recalled());
    }
  }

  /** Whether items of any other lane wait to be started. */
  othersWait(lane: string): boolean {
    return this.#lanes.hasOthers(lane);
  }

  /** Whether items wait to be started in this lane. */
  waitsIn(lane: string): boolean {
    return this.#lanes.has(lane);
  }

  /** Starts nothing more. Returns what was waiting, which is the caller's from now on. */
  close(): Item[] {
    this.#closed = true;
    for (const cancel of this.#delayed.values()) cancel();
    const waiting = [...this.#delayed.keys(), ...this.#lanes.clear()];
    this.#delayed.clear();
    return waiting;
  }

  async #beginInTurn(item: Item, preparation: Preparation, signal: AbortSignal): Promise<void> {
    if (preparation.turn === "begun") {
      if (this.#gate.stands(item)) return;
      this.#takeBack(item, preparation);
    }
    signal.throwIfAborted();
    if (preparation.recalled) throw recalled();
    const waits = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#ready.delete(item);
      waits.reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    preparation.waits = waits;
    this.#ready.add(item);
    this.#pump();
    try {
      await waits.promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
      this.#ready.delete(item);
    }
  }

  #begin(item: Item, preparation: Preparation): void {
    preparation.turn = "begun";
    this.#turns += 1;
    this.#gate.begun(item);
  }

  #takeBack(item: Item, preparation: Preparation): void {
    preparation.turn = "waiting";
    this.#turns -= 1;
    this.#gate.takenBack(item);
  }

  #mayBegin(lane: string): boolean {
    const { slots, turns = slots } = this.#options;
    return this.#turns < turns && this.#gate.turnRoom(lane) > 0;
  }

  /** Whether somebody of the lane has asked before and waits. */
  #waitsBefore(lane: string): boolean {
    return [...this.#ready].some((item) => this.#items.get(item)?.lane === lane);
  }

  #mayStart(lane: string): boolean {
    return this.#work.preparing(lane) < this.#gate.startRoom(lane, this.#work);
  }

  #count(counts: (preparation: Preparation) => boolean): number {
    let count = 0;
    for (const one of this.#items.values()) if (counts(one)) count += 1;
    return count;
  }

  /** What the gate and the starts call back comes here again: one loop sees to all of it. */
  #pump(): void {
    if (this.#pumping) {
      this.#pumpAgain = true;
      return;
    }
    this.#pumping = true;
    do {
      this.#pumpAgain = false;
      this.#beginReady();
      this.#startWaiting();
    } while (this.#pumpAgain);
    this.#pumping = false;
  }

  #beginReady(): void {
    for (const item of [...this.#ready]) {
      const preparation = this.#items.get(item);
      if (preparation === undefined || preparation.recalled) continue;
      if (!this.#mayBegin(preparation.lane)) continue;
      this.#ready.delete(item);
      this.#begin(item, preparation);
      preparation.waits?.resolve();
    }
  }

  /** Many may wait for the same, and each is an attempt that has been opened: no more than there are slots. */
  #hasSlot(): boolean {
    const { slots } = this.#options;
    return (
      this.#atWork -
        Math.min(
          slots,
          this.#count(({ rests }) => rests),
        ) <
      slots
    );
  }

  #startWaiting(): void {
    while (!this.#closed && this.#hasSlot()) {
      const next = this.#lanes.take((lane) => this.#mayStart(lane));
      if (next === null) return;
      const { item } = next;
      const lane = this.#gate.enter?.(item, next.lane, this.#work) ?? next.lane;
      this.#atWork += 1;
      const preparation: Preparation = {
        lane,
        turn: "waiting",
        recalled: false,
        rests: false,
        waits: null,
      };
      this.#items.set(item, preparation);
      void this.#options.start(item).finally(() => {
        this.#atWork -= 1;
        // It may be at work again by now.
        if (this.#items.get(item) === preparation) this.#items.delete(item);
        this.#pump();
      });
    }
  }
}

function recalled(): BatchError {
  return new BatchError(
    "TURN_RECALLED",
    "The turn was not taken: its model refuses meanwhile, and the task is attempted anew.",
  );
}
