import type { EndSignal } from "../contract/tool-connection.ts";
import { EventBuffer } from "./event-buffer.ts";
import type { TurnEvent } from "./turn-event.ts";

/** What the pool does to a turn; the caller sees only the {@link Turn}. */
export interface TurnControl<Result> {
  readonly turn: Turn<Result>;
  /** The instance is known although the turn still waits for it. */
  pin(instance: number): void;
  assign(instance: number, waitMs: number): void;
  push(event: TurnEvent): void;
  resolve(result: Result, endedBy: EndSignal): void;
  reject(error: unknown): void;
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
  /**
   * Resolves with the instance as soon as it is known; rejects when the turn ends before that. It may
   * be ignored.
   */
  readonly assigned: Promise<number>;
  readonly #result: Promise<Result>;
  readonly #events: EventBuffer;
  readonly #cancel: (reason: unknown) => void;
  #instance: number | null = null;
  #endedBy: EndSignal | null = null;

  /** Only a pool makes turns. */
  private constructor(
    id: number,
    assigned: Promise<number>,
    result: Promise<Result>,
    events: EventBuffer,
    cancel: (reason: unknown) => void,
  ) {
    this.id = id;
    this.assigned = assigned;
    this.#result = result;
    this.#events = events;
    this.#cancel = cancel;
  }

  /** @internal */
  static create<Result>(id: number, cancel: (reason: unknown) => void): TurnControl<Result> {
    const assigned = Promise.withResolvers<number>();
    const result = Promise.withResolvers<Result>();
    assigned.promise.catch(() => {});
    const events = new EventBuffer();
    const turn = new Turn<Result>(id, assigned.promise, result.promise, events, cancel);
    return {
      turn,
      pin(instance) {
        turn.#instance = instance;
        assigned.resolve(instance);
      },
      assign(instance, waitMs) {
        turn.#instance = instance;
        assigned.resolve(instance);
        events.push({ type: "started", instance, waitMs });
      },
      push: (event) => events.push(event),
      resolve(value, endedBy) {
        turn.#endedBy = endedBy;
        result.resolve(value);
        events.close();
      },
      reject(error) {
        assigned.reject(error);
        result.reject(error);
        events.close();
      },
    };
  }

  /** The instance it runs on, or waits for; null while that is open. */
  get instance(): number | null {
    return this.#instance;
  }

  /** What proved its end; null until it is done, and when it failed. */
  get endedBy(): EndSignal | null {
    return this.#endedBy;
  }

  /** Gives the turn up: it rejects with TURN_CANCELLED. Does nothing once it has ended. */
  cancel(reason?: unknown): void {
    this.#cancel(reason);
  }

  // biome-ignore lint/suspicious/noThenProperty: a turn is a promise
  then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#result.then(onFulfilled, onRejected);
  }

  catch<Rejected = never>(
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Result | Rejected> {
    return this.#result.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<Result> {
    return this.#result.finally(onFinally);
  }

  /**
   * Yields the turn's events and ends with it; throws what the turn rejects with. Several readers
   * share the events: each event goes to one of them.
   */
  [Symbol.asyncIterator](): AsyncGenerator<TurnEvent, void, void> {
    // Whoever iterates hears of the failure there; the promise itself may be left alone.
    this.#result.catch(() => {});
    return this.#read();
  }

  async *#read(): AsyncGenerator<TurnEvent, void, void> {
    for (let event = await this.#events.next(); event !== null; event = await this.#events.next()) {
      yield event;
    }
    await this.#result;
  }
}
