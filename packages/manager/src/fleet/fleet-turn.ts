import type { FailureClass, TurnEvent } from "@cluster/pool";
import type { ClusterTurn } from "../turn/cluster-turn.ts";

/** A tool that was asked before another one, and what it failed of. */
export interface FailedAttempt {
  readonly tool: string;
  /** Null when it had no instance to give. */
  readonly instance: number | null;
  readonly failureClass: FailureClass;
  readonly error: unknown;
}

/** What a fleet does to a turn; the caller sees only the {@link FleetTurn}. */
export interface FleetTurnControl<Result> {
  readonly turn: FleetTurn<Result>;
  readonly ended: boolean;
  /** A tool works on it now. */
  follow(tool: string, inner: ClusterTurn<Result>): void;
  /** The tool lost its instance before it heard of the request, which waits again. */
  missed(): void;
  /** That tool failed, and another one is to follow. */
  failedOver(attempt: FailedAttempt): void;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** In an object: a promise of a turn would be one of its result. */
interface Began<Result> {
  readonly inner: ClusterTurn<Result>;
}

/**
 * One request to a fleet and its whole response: await it for the result, iterate over it for what happens
 * meanwhile, with whichever tool.
 */
export class FleetTurn<Result> implements Promise<Result>, AsyncIterable<TurnEvent> {
  readonly [Symbol.toStringTag] = "FleetTurn";
  /** Counted from 1 in each fleet, in the order of sending. */
  readonly id: number;
  readonly #result: PromiseWithResolvers<Result> = Promise.withResolvers();
  readonly #onCancel: (reason: unknown) => void;
  /** One for each tool that began, and an open end for the next one; null: there is none. */
  readonly #inner: PromiseWithResolvers<Began<Result> | null>[] = [Promise.withResolvers()];
  readonly #failed: FailedAttempt[] = [];
  #tool: string | null = null;
  #current: ClusterTurn<Result> | null = null;

  /** Only a fleet makes turns. */
  private constructor(id: number, onCancel: (reason: unknown) => void) {
    this.id = id;
    this.#onCancel = onCancel;
  }

  /** @internal */
  static create<Result>(
    id: number,
    claimed: boolean,
    onCancel: (reason: unknown) => void,
  ): FleetTurnControl<Result> {
    const turn = new FleetTurn<Result>(id, onCancel);
    let ended = false;
    if (!claimed) turn.#result.promise.catch(() => {});
    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      settle();
      turn.#inner.at(-1)?.resolve(null);
    };
    // Nobody works on it: to give it up is the queue's to do.
    const waitAgain = (): void => {
      turn.#tool = null;
      turn.#current = null;
    };
    return {
      turn,
      get ended() {
        return ended;
      },
      follow(tool, inner) {
        turn.#tool = tool;
        turn.#current = inner;
        turn.#inner.at(-1)?.resolve({ inner });
        turn.#inner.push(Promise.withResolvers());
      },
      missed: waitAgain,
      failedOver(attempt) {
        turn.#failed.push(attempt);
        waitAgain();
      },
      resolve: (result) => end(() => turn.#result.resolve(result)),
      reject: (error) => end(() => turn.#result.reject(error)),
    };
  }

  /** The tool that works on it, or did; null while it waits. */
  get tool(): string | null {
    return this.#tool;
  }

  /** The instance of that tool. */
  get instance(): number | null {
    return this.#current?.instance ?? null;
  }

  /** The tools that failed it before, in their order. Empty: the first one did it. */
  get failedOver(): readonly FailedAttempt[] {
    return this.#failed;
  }

  /** Gives the turn up: it rejects with TURN_CANCELLED. Does nothing once it has ended. */
  cancel(reason?: unknown): void {
    if (this.#current === null) this.#onCancel(reason);
    else this.#current.cancel(reason);
  }

  // biome-ignore lint/suspicious/noThenProperty: a turn is a promise
  then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#result.promise.then(onFulfilled, onRejected);
  }

  catch<Rejected = never>(
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Result | Rejected> {
    return this.#result.promise.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<Result> {
    return this.#result.promise.finally(onFinally);
  }

  /** Yields the events of every tool that works on it, and ends with it; throws what it rejects with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TurnEvent, void, void> {
    this.#result.promise.catch(() => {});
    for (let i = 0; ; i += 1) {
      const began = await this.#inner[i]?.promise;
      if (began == null) break;
      try {
        yield* began.inner;
      } catch {
        // Whether another tool follows, the fleet decides.
      }
    }
    await this.#result.promise;
  }
}
