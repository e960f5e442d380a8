import type { Lease, ReleaseMode, Turn, TurnOptions } from "@cluster/pool";
import { ManagerError } from "../errors/manager-error.ts";
import type { ClusterTurn } from "../turn/cluster-turn.ts";
import type { TurnBook } from "../turn/turn-book.ts";

/** Where a conversation is held. */
export interface ConversationOptions {
  /** Conversations with one key follow one another on the same instance while its process lives. */
  readonly key?: string;
  /** Instances to keep away from while another one is free. */
  readonly avoid?: readonly number[];
  /** Among those who wait for an instance, higher ones are served first. @default 0 */
  readonly priority?: number;
  /** On whose behalf: callers with different ones take turns. */
  readonly fairnessKey?: string;
  /** Gives the wait for an instance up. */
  readonly signal?: AbortSignal;
  /** What becomes of the context when `await using` closes it. @default "reset" */
  readonly release?: ReleaseMode;
}

/** What a conversation needs of its cluster. */
export interface ConversationHome<Request, Result> {
  readonly turns: TurnBook<Result>;
  lease(): Promise<Lease<Request, Result>>;
  /** Which process of an instance can take a turn now, by its number; null when none can. */
  processOf(instance: number): number | null;
  closed(): void;
}

/**
 * Requests that belong together. They reach one instance, one after the other in the order of sending,
 * and share its context. When its process ends, so does the context: what is sent after that rejects
 * with CONVERSATION_LOST and reaches nobody, and a new conversation begins anew.
 */
export class Conversation<Request, Result> implements AsyncDisposable {
  readonly #options: ConversationOptions;
  readonly #home: ConversationHome<Request, Result>;
  /** Settles when the request that was sent last has ended; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  #lease: Promise<Lease<Request, Result>> | null = null;
  #instance: number | null = null;
  /** The process that holds the context. */
  #process: number | null = null;
  #closing: Promise<void> | null = null;

  /** Use {@link Cluster.conversation}. */
  constructor(options: ConversationOptions, home: ConversationHome<Request, Result>) {
    this.#options = options;
    this.#home = home;
  }

  /** The instance it is held on; null before the first request has got one. */
  get instance(): number | null {
    return this.#instance;
  }

  /**
   * Takes its instance now, not with the first request. Resolves with it.
   * @throws {PoolError} POOL_CLOSED, QUEUE_FULL, INSTANCE_UNAVAILABLE, WAIT_CANCELLED
   */
  async open(): Promise<number> {
    return (await this.#acquire()).instance;
  }

  /** Sends a request after those that were sent before. As with `cluster.send`, await it or read it. */
  send(request: Request, options: TurnOptions = {}): ClusterTurn<Result> {
    return this.#send(request, options, false);
  }

  /** As {@link send}, for a caller who awaits the turn: no reader gets its response. */
  run(request: Request, options: TurnOptions = {}): ClusterTurn<Result> {
    return this.#send(request, options, true);
  }

  /**
   * Takes no more requests, lets those that were sent end, and gives the instance back. A second call
   * resolves with the first.
   * @param mode What becomes of the context. @default the `release` of the options, or "reset"
   */
  close(mode: ReleaseMode = this.#options.release ?? "reset"): Promise<void> {
    this.#closing ??= this.#close(mode);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #send(request: Request, options: TurnOptions, claimed: boolean): ClusterTurn<Result> {
    const control = this.#home.turns.open(claimed);
    if (this.#closing !== null) {
      control.reject(
        new ManagerError("CONVERSATION_CLOSED", "This conversation is closed. Begin a new one."),
      );
      return control.turn;
    }
    const { signal } = options;
    const onAbort = (): void => control.turn.cancel(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const before = this.#last;
    this.#last = this.#runAfter(before, (lease) => {
      signal?.removeEventListener("abort", onAbort);
      // Given up while it waited: the tool never hears of it, and the context stays whole.
      if (control.ended) return null;
      if (this.#process === null || this.#home.processOf(lease.instance) !== this.#process) {
        throw contextLost(lease.instance);
      }
      let inner: Turn<Result> | null = null;
      this.#home.turns.begin(control, () => {
        inner = lease.run(request, options);
        return inner;
      });
      return inner;
    }).catch((error: unknown) => control.reject(error));
    return control.turn;
  }

  async #runAfter(
    before: Promise<unknown>,
    start: (lease: Lease<Request, Result>) => Turn<Result> | null,
  ): Promise<void> {
    // Asked for now, so that a conversation waits for its instance from its first request on.
    const acquired = this.#acquire();
    acquired.catch(() => {});
    await before;
    const turn = start(await acquired);
    await turn?.catch(() => {});
  }

  #acquire(): Promise<Lease<Request, Result>> {
    this.#lease ??= this.#home.lease().then(
      (lease) => {
        this.#instance = lease.instance;
        this.#process = this.#home.processOf(lease.instance);
        return lease;
      },
      (error: unknown) => {
        // The next request may have more luck.
        this.#lease = null;
        throw error;
      },
    );
    return this.#lease;
  }

  async #close(mode: ReleaseMode): Promise<void> {
    await this.#last;
    const lease = await this.#lease?.catch(() => null);
    await lease?.release(mode);
    this.#home.closed();
  }
}

function contextLost(instance: number): ManagerError {
  return new ManagerError(
    "CONVERSATION_LOST",
    `The process of instance ${instance} is gone, and with it the context of this conversation. ` +
      "The request was not sent. Begin a new conversation.",
  );
}
