import type { Clock } from "@cluster/manager";
import { type Gate, OPEN_GATE } from "./gate.ts";
import { Lanes } from "./lanes.ts";
import type { TurnTicket } from "./turn-ticket.ts";
import { Turns } from "./turns.ts";

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
  readonly #turns: Turns<Item>;
  readonly #delayed = new Map<Item, () => void>();
  #atWork = 0;
  #closed = false;
  #pumping = false;
  #pumpAgain = false;

  constructor(options: DispatcherOptions<Item>) {
    this.#options = options;
    const gate: Gate<Item> = options.gate ?? OPEN_GATE;
    this.#gate = gate;
    this.#lanes = new Lanes((item) => gate.laneOf(item));
    this.#turns = new Turns({
      gate,
      // Both may change while it goes on.
      most: () => options.turns ?? options.slots,
      onRoom: () => this.#pump(),
    });
  }

  /** How many items are at work. */
  get atWork(): number {
    return this.#atWork;
  }

  /** How many turns have begun and are not over. */
  get turnsUnderWay(): number {
    return this.#turns.underWay;
  }

  /** How many items are still to be started, those that wait for their retry among them. */
  get waiting(): number {
    return this.#delayed.size + this.#lanes.size;
  }

  /** How many items are at work whose turn has not begun. */
  get preparing(): number {
    return this.#turns.preparing;
  }

  /** The lanes of those whose turn is still to begin. */
  get lanes(): ReadonlySet<string> {
    const delayed = [...this.#delayed.keys()].map((item) => this.#gate.laneOf(item));
    return new Set([...this.#lanes.names, ...this.#turns.lanes, ...delayed]);
  }

  /** For an item that is at work. */
  ticket(item: Item): TurnTicket {
    return this.#turns.ticket(item);
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
    this.#turns.recall(lane);
  }

  /** Whether items of any other lane wait to be started. */
  othersWait(lane: string): boolean {
    return this.#lanes.hasOthers(lane);
  }

  /** Takes out what waits and is chosen; it is the caller's from now on. */
  takeOut(isChosen: (item: Item) => boolean): Item[] {
    const delayed = [...this.#delayed].filter(([item]) => isChosen(item));
    for (const [item, cancel] of delayed) {
      cancel();
      this.#delayed.delete(item);
    }
    return [...delayed.map(([item]) => item), ...this.#lanes.takeOut(isChosen)];
  }

  /** Starts nothing more. Returns what was waiting, which is the caller's from now on. */
  close(): Item[] {
    this.#closed = true;
    for (const cancel of this.#delayed.values()) cancel();
    const waiting = [...this.#delayed.keys(), ...this.#lanes.clear()];
    this.#delayed.clear();
    return waiting;
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
      this.#turns.beginReady();
      this.#startWaiting();
    } while (this.#pumpAgain);
    this.#pumping = false;
  }

  #mayStart(lane: string): boolean {
    const { work } = this.#turns;
    return work.preparing(lane) < this.#gate.startRoom(lane, work);
  }

  /** Many may wait for the same, and each is an attempt that has been opened: no more than there are slots. */
  #hasSlot(): boolean {
    const { slots } = this.#options;
    return this.#atWork - Math.min(slots, this.#turns.resting) < slots;
  }

  #startWaiting(): void {
    while (!this.#closed && this.#hasSlot()) {
      const next = this.#lanes.take((lane) => this.#mayStart(lane));
      if (next === null) return;
      const { item } = next;
      const lane = this.#gate.enter?.(item, next.lane, this.#turns.work) ?? next.lane;
      this.#atWork += 1;
      const leave = this.#turns.enter(item, lane);
      void this.#options.start(item).finally(() => {
        this.#atWork -= 1;
        leave();
        this.#pump();
      });
    }
  }
}
