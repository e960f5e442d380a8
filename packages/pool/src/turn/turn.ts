import type { EndSignal } from "../contract/tool-connection.ts";
import type { TurnEvent } from "./turn-event.ts";

/** What a turn shows to its caller. */
export interface TurnSource<Result> {
  readonly result: Promise<Result>;
  readonly assigned: Promise<number>;
  readonly instance: number | null;
  readonly endedBy: EndSignal | null;
  cancel(reason: unknown): void;
  /** Null when the turn is over and all has been read. */
  nextEvent(): Promise<TurnEvent | null>;
}

/**
 * One request and its whole response. Await it for the result, iterate over it for what happens
 * meanwhile, or do both.
 *
 *     const turn = pool.run("refactor this");
 *     for await (const event of turn) if (event.type === "text") process.stdout.write(event.text);
 *     const result = await turn;
 *
 * Events that nobody reads are bounded: the oldest are let go, and a `dropped` event says how many.
 */
export class Turn<Result> implements Promise<Result>, AsyncIterable<TurnEvent> {
  readonly [Symbol.toStringTag] = "Turn";
  /** Counted from 1 in each pool. */
  readonly id: number;
  readonly #source: TurnSource<Result>;

  /** Only a pool makes turns. */
  private constructor(id: number, source: TurnSource<Result>) {
    this.id = id;
    this.#source = source;
  }

  /** @internal */
  static create<Result>(id: number, source: TurnSource<Result>): Turn<Result> {
    return new Turn(id, source);
  }

  /**
   * Resolves with the instance as soon as it is known (with `whenGone: "any"` it may begin on another
   * one, which `instance` tells then); rejects when the turn ends before that. It may
   * be ignored.
   */
  get assigned(): Promise<number> {
    return this.#source.assigned;
  }

  /** The instance it runs on, or waits for; null while that is open. */
  get instance(): number | null {
    return this.#source.instance;
  }

  /** What proved its end; null until it is done, and when it failed. */
  get endedBy(): EndSignal | null {
    return this.#source.endedBy;
  }

  /** Gives the turn up: it rejects with TURN_CANCELLED. Does nothing once it has ended. */
  cancel(reason?: unknown): void {
    this.#source.cancel(reason);
  }

  // biome-ignore lint/suspicious/noThenProperty: a turn is a promise
  then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#source.result.then(onFulfilled, onRejected);
  }

  catch<Rejected = never>(
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Result | Rejected> {
    return this.#source.result.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<Result> {
    return this.#source.result.finally(onFinally);
  }

  /**
   * Yields the turn's events and ends with it; throws what the turn rejects with. Several readers
   * share the events: each event goes to one of them.
   */
  [Symbol.asyncIterator](): AsyncGenerator<TurnEvent, void, void> {
    // Whoever iterates hears of the failure there; the promise itself may be left alone.
    this.#source.result.catch(() => {});
    return this.#read();
  }

  async *#read(): AsyncGenerator<TurnEvent, void, void> {
    const source = this.#source;
    for (let event = await source.nextEvent(); event !== null; event = await source.nextEvent()) {
      yield event;
    }
    await this.#source.result;
  }
}
