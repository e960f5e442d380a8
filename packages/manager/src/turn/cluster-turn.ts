import { type EndSignal, type Turn, TurnAbortedError, type TurnEvent } from "@cluster/pool";

/** What the cluster does to a turn; the caller sees only the {@link ClusterTurn}. */
export interface ClusterTurnControl<Result> {
  readonly turn: ClusterTurn<Result>;
  /** Whether the caller has taken the response, or has said beforehand that it will. */
  readonly claimed: boolean;
  /** Whether it has settled. */
  readonly ended: boolean;
  /** The tool gets the request now. */
  begin(): void;
  /** From now on it ends as the pool's turn does. */
  follow(inner: Turn<Result>): void;
  /** Does nothing once it has ended. */
  reject(error: unknown): void;
}

/** Who hears of a turn's end and of its response being taken. */
export interface ClusterTurnObserver<Result> {
  /** Called before the caller hears of it. */
  ended(control: ClusterTurnControl<Result>, end: TurnEnd<Result>): void;
  /** The caller takes the response from the turn itself, at the first `then`, `catch` or `finally`. */
  claimed(turn: ClusterTurn<Result>): void;
}

/** How a turn ended. */
export type TurnEnd<Result> =
  | { readonly outcome: "done"; readonly result: Result }
  | { readonly outcome: "failed"; readonly error: unknown };

/**
 * One request and its whole response: await it for the result, iterate over it for what happens
 * meanwhile, or do neither and let `read` or `readAny` of the cluster hand the response out.
 *
 * Awaiting it (or calling `then`, `catch` or `finally`) takes the response: it then goes to no reader.
 * Iterating over it does not.
 */
export class ClusterTurn<Result> implements Promise<Result>, AsyncIterable<TurnEvent> {
  readonly [Symbol.toStringTag] = "ClusterTurn";
  /** Counted from 1 in each cluster, in the order of sending. */
  readonly id: number;
  /**
   * Resolves with the instance as soon as it is known: at once where the routing decides at once. When
   * that one leaves before the turn begins, the turn goes to another one, which `instance` tells.
   * Rejects when the turn ends before that. It may be ignored.
   */
  readonly assigned: Promise<number>;
  readonly #result: Promise<Result>;
  readonly #followed: Promise<void>;
  readonly #claim: () => void;
  /** Gives up a turn that the pool has not got yet. */
  readonly #reject: (error: unknown) => void;
  #inner: Turn<Result> | null = null;
  #started = false;

  /** Only a cluster makes turns. */
  private constructor(
    id: number,
    promises: {
      readonly assigned: Promise<number>;
      readonly result: Promise<Result>;
      readonly followed: Promise<void>;
    },
    claim: () => void,
    reject: (error: unknown) => void,
  ) {
    this.id = id;
    this.assigned = promises.assigned;
    this.#result = promises.result;
    this.#followed = promises.followed;
    this.#claim = claim;
    this.#reject = reject;
  }

  /** @internal */
  static create<Result>(
    id: number,
    claimed: boolean,
    observer: ClusterTurnObserver<Result>,
  ): ClusterTurnControl<Result> {
    const assigned = Promise.withResolvers<number>();
    const result = Promise.withResolvers<Result>();
    const followed = Promise.withResolvers<void>();
    assigned.promise.catch(() => {});
    // What is not awaited comes out of `read` or `readAny`, its failure too.
    if (!claimed) result.promise.catch(() => {});
    const promises = {
      assigned: assigned.promise,
      result: result.promise,
      followed: followed.promise,
    };
    let taken = claimed;
    let ended = false;
    const claim = (): void => {
      if (taken) return;
      taken = true;
      observer.claimed(turn);
    };
    const reject = (error: unknown): void => control.reject(error);
    const turn = new ClusterTurn<Result>(id, promises, claim, reject);
    const control: ClusterTurnControl<Result> = {
      turn,
      get claimed() {
        return taken;
      },
      get ended() {
        return ended;
      },
      begin() {
        turn.#started = true;
      },
      follow(inner) {
        turn.#inner = inner;
        followed.resolve();
        inner.assigned.then(assigned.resolve, assigned.reject);
        inner.then((value) => {
          ended = true;
          observer.ended(control, { outcome: "done", result: value });
          result.resolve(value);
        }, reject);
      },
      reject(error) {
        if (ended) return;
        ended = true;
        observer.ended(control, { outcome: "failed", error });
        assigned.reject(error);
        result.reject(error);
        followed.resolve();
      },
    };
    return control;
  }

  /** The instance it runs on, or waits for; null while that is open. */
  get instance(): number | null {
    return this.#inner?.instance ?? null;
  }

  /** Whether the tool has got the request. A turn that fails before that has done nothing. */
  get started(): boolean {
    return this.#started;
  }

  /** What proved its end; null until it is done. */
  get endedBy(): EndSignal | null {
    return this.#inner?.endedBy ?? null;
  }

  /** Gives the turn up: it rejects with TURN_CANCELLED. Does nothing once it has ended. */
  cancel(reason?: unknown): void {
    if (this.#inner !== null) this.#inner.cancel(reason);
    else this.#reject(cancelled(reason));
  }

  // biome-ignore lint/suspicious/noThenProperty: a turn is a promise
  then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.#claim();
    return this.#result.then(onFulfilled, onRejected);
  }

  catch<Rejected = never>(
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Result | Rejected> {
    this.#claim();
    return this.#result.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<Result> {
    this.#claim();
    return this.#result.finally(onFinally);
  }

  /** Yields the turn's events and ends with it; throws what the turn rejects with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TurnEvent, void, void> {
    this.#result.catch(() => {});
    await this.#followed;
    if (this.#inner !== null) yield* this.#inner;
    await this.#result;
  }
}

function cancelled(reason: unknown): TurnAbortedError {
  const why = reason === undefined ? "" : `: ${reason instanceof Error ? reason.message : reason}`;
  return new TurnAbortedError(
    "TURN_CANCELLED",
    `The turn was given up by its caller before the tool got its request${why}`,
    { cause: reason },
  );
}
