import { BatchError } from "../errors/batch-error.ts";
import type { Gate, LaneWork } from "./gate.ts";
import type { TurnTicket } from "./turn-ticket.ts";

/** What {@link Turns} need. */
export interface TurnsOptions<Item> {
  readonly gate: Gate<Item>;
  /** How many are taken at once, at this moment. */
  readonly most: () => number;
  /** More may begin or start than before. */
  onRoom(): void;
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

/**
 * The items at work and their turns. No more turns are under way than there may be, and as far as the gate
 * lets them in; those that are ready take theirs in the order in which they asked.
 */
export class Turns<Item> {
  readonly work: LaneWork = {
    atWork: (lane) => this.#count((one) => one.lane === lane && !one.rests),
    preparing: (lane) =>
      this.#count((one) => one.lane === lane && one.turn === "waiting" && !one.rests),
  };
  readonly #options: TurnsOptions<Item>;
  /** Those at work. */
  readonly #items = new Map<Item, Preparation>();
  /** Those that are ready and wait for their turn, in the order in which they asked. */
  readonly #ready = new Set<Item>();
  #underWay = 0;

  constructor(options: TurnsOptions<Item>) {
    this.#options = options;
  }

  /** How many have begun and are not over. */
  get underWay(): number {
    return this.#underWay;
  }

  /** How many items are at work whose turn has not begun. */
  get preparing(): number {
    return this.#count(({ turn }) => turn === "waiting");
  }

  /** The lanes of those. */
  get lanes(): string[] {
    return [...this.#items.values()].flatMap(({ turn, lane }) => (turn === "waiting" ? lane : []));
  }

  /** How many items wait for what others have. */
  get resting(): number {
    return this.#count(({ rests }) => rests);
  }

  /** An item is at work in a lane from now on, until what this returns is called. */
  enter(item: Item, lane: string): () => void {
    const preparation: Preparation = {
      lane,
      turn: "waiting",
      recalled: false,
      rests: false,
      waits: null,
    };
    this.#items.set(item, preparation);
    return () => {
      // It may be at work again by now.
      if (this.#items.get(item) === preparation) this.#items.delete(item);
    };
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
        this.#options.onRoom();
        return () => {
          preparation.rests = false;
        };
      },
      end: () => {
        const freed = preparation.turn === "begun";
        preparation.turn = "over";
        if (!freed) return;
        this.#underWay -= 1;
        this.#options.onRoom();
      },
    };
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

  /** Begins the turns of those that are ready, as far as there is room. */
  beginReady(): void {
    for (const item of [...this.#ready]) {
      const preparation = this.#items.get(item);
      if (preparation === undefined || preparation.recalled) continue;
      if (!this.#mayBegin(preparation.lane)) continue;
      this.#ready.delete(item);
      this.#begin(item, preparation);
      preparation.waits?.resolve();
    }
  }

  async #beginInTurn(item: Item, preparation: Preparation, signal: AbortSignal): Promise<void> {
    if (preparation.turn === "begun") {
      if (this.#options.gate.stands(item)) return;
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
    this.#options.onRoom();
    try {
      await waits.promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
      this.#ready.delete(item);
    }
  }

  #begin(item: Item, preparation: Preparation): void {
    preparation.turn = "begun";
    this.#underWay += 1;
    this.#options.gate.begun(item);
  }

  #takeBack(item: Item, preparation: Preparation): void {
    preparation.turn = "waiting";
    this.#underWay -= 1;
    this.#options.gate.takenBack(item);
  }

  #mayBegin(lane: string): boolean {
    const { most, gate } = this.#options;
    return this.#underWay < most() && gate.turnRoom(lane) > 0;
  }

  /** Whether somebody of the lane has asked before and waits. */
  #waitsBefore(lane: string): boolean {
    return [...this.#ready].some((item) => this.#items.get(item)?.lane === lane);
  }

  #count(counts: (preparation: Preparation) => boolean): number {
    let count = 0;
    for (const one of this.#items.values()) if (counts(one)) count += 1;
    return count;
  }
}

function recalled(): BatchError {
  return new BatchError(
    "TURN_RECALLED",
    "The turn was not taken: its model refuses meanwhile, and the task is attempted anew.",
  );
}
