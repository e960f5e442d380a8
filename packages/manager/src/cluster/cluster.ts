import {
  createPool,
  type Pool,
  type PoolError,
  type PoolStats,
  type ShutdownOptions,
  systemClock,
  type ToolAdapter,
  type WaitOptions,
} from "@cluster/pool";
import { Conversation, type ConversationOptions } from "../conversation/conversation.ts";
import { invalidOption, unknownInstance } from "../errors/manager-error.ts";
import type { ClusterEvent } from "../events/cluster-event.ts";
import { Subscribers } from "../events/subscribers.ts";
import type { Delivered, ReadOptions } from "../inbox/delivered.ts";
import { Inbox } from "../inbox/inbox.ts";
import { type MapItem, type MapOptions, mapRequests } from "../map/map-requests.ts";
import { routed } from "../routing/routed.ts";
import { Router } from "../routing/router.ts";
import type { ClusterTurn, ClusterTurnControl, TurnEnd } from "../turn/cluster-turn.ts";
import { TurnBook } from "../turn/turn-book.ts";
import { describeCluster } from "./describe-cluster.ts";
import {
  type ClusterOptions,
  compileClusterOptions,
  poolOptions,
  type SendOptions,
} from "./options.ts";
import type { ClusterHealth, ClusterStatus } from "./status.ts";

/**
 * Several instances of one tool behind one object.
 *
 * A response belongs to whoever takes it first: the holder of the turn, by awaiting it, or one
 * reader, by `read` or `readAny`. Responses of `run` and `map` go to their callers only.
 */
export class Cluster<Request, Result> implements AsyncDisposable {
  /** The adapter's name. */
  readonly tool: string;
  readonly #pool: Pool<Request, Result>;
  readonly #oneShot: boolean;
  readonly #router: Router;
  readonly #inbox: Inbox<Result>;
  readonly #turns: TurnBook<Result>;
  readonly #subscribers = new Subscribers<ClusterEvent>();
  readonly #conversations = new Set<Conversation<Request, Result>>();
  #size: number;

  /** Use {@link launchCluster}. */
  constructor(tool: ToolAdapter<Request, Result>, options: ClusterOptions<Request, Result> = {}) {
    const compiled = compileClusterOptions(options);
    const clock = options.clock ?? systemClock;
    this.#inbox = new Inbox(compiled.maxUnread, clock, ({ instance, turn }) =>
      this.#subscribers.publish({ type: "response.evicted", at: clock.now(), instance, turn }),
    );
    this.#turns = new TurnBook({
      ended: (control, end) => this.#deliver(control, end),
      claimed: (turn) => this.#inbox.withdraw(turn.id),
    });
    this.#oneShot = tool?.capabilities?.oneShot === true;
    this.#pool = createPool({ ...compiled.pool, adapter: tool });
    this.#router = new Router(compiled, this.#pool, clock);
    this.#size = compiled.pool.size;
    this.tool = this.#pool.tool;
    this.#pool.subscribe((event) => {
      const translated = this.#turns.translate(event);
      this.#router.observe(translated);
      this.#subscribers.publish(translated);
    });
  }

  /** How many instances it has, or is about to have. */
  get size(): number {
    return this.#size;
  }

  /**
   * Starts what is not started yet and resolves when every instance is ready.
   * @throws {PoolError} of the first instance that fails for good; WAIT_CANCELLED.
   */
  ready(options: WaitOptions = {}): Promise<void> {
    return this.#pool.ready(options);
  }

  /**
   * Resolves when one more request would not be refused because of `maxQueue`: await it before each
   * request, and a fast producer waits for slow instances.
   * @throws {PoolError} POOL_CLOSED, WAIT_CANCELLED
   */
  capacity(options: WaitOptions = {}): Promise<void> {
    return this.#pool.capacity(options);
  }

  /**
   * Sends a request and returns its turn at once. Await the turn, or let `read` or `readAny` hand its
   * response out. It rejects with a {@link PoolError} that says what happened.
   */
  send(request: Request, options: SendOptions = {}): ClusterTurn<Result> {
    return this.#send(request, options, false);
  }

  /** Sends a request to one instance, after what was sent to it before. */
  sendTo(
    instance: number,
    request: Request,
    options: Omit<SendOptions, "key" | "avoid" | "attempt"> = {},
  ): ClusterTurn<Result> {
    const control = this.#turns.open(false);
    this.#turns.begin(control, () =>
      this.#pool.run(request, { ...poolOptions(options), instance }),
    );
    return control.turn;
  }

  /** As {@link send}, for a caller who awaits the turn: no reader gets its response. */
  run(request: Request, options: SendOptions = {}): ClusterTurn<Result> {
    return this.#send(request, options, true);
  }

  /**
   * The next whole response of one instance, in the order of its turns; each is read exactly once.
   * A read that gives up takes nothing.
   *
   * @throws What the turn rejected with, if it failed; else {@link ManagerError} READ_TIMEOUT,
   * READ_CANCELLED, RESPONSES_EVICTED, CLUSTER_CLOSED, or {@link PoolError} INSTANCE_UNKNOWN.
   */
  async read(instance: number, options: ReadOptions = {}): Promise<Result> {
    const known = Number.isInteger(instance) && instance >= 0 && instance < this.size;
    if (!known && !this.#inbox.holds(instance)) throw unknownInstance(instance, this.size);
    const delivered = await this.#inbox.next(instance, options);
    if (delivered.outcome === "failed") throw delivered.error;
    return delivered.result;
  }

  /**
   * The next finished turn of any instance, failed ones too, in the order in which they finished; each
   * goes to exactly one reader.
   *
   * @throws {ManagerError} READ_TIMEOUT, READ_CANCELLED, RESPONSES_EVICTED, CLUSTER_CLOSED.
   */
  readAny(options: ReadOptions = {}): Promise<Delivered<Result>> {
    return this.#inbox.next("any", options);
  }

  /**
   * Runs many requests and yields what became of each, failed ones too, as they finish or in the order
   * of the requests. It takes requests only as fast as its results are taken; leaving the loop cancels
   * what still runs.
   *
   * @throws What `requests` itself throws, and {@link ManagerError} OPTION_INVALID.
   */
  map(
    requests: Iterable<Request> | AsyncIterable<Request>,
    options: MapOptions = {},
  ): AsyncGenerator<MapItem<Request, Result>, void, void> {
    return mapRequests(requests, options, {
      run: (request, sending) => this.run(request, sending),
      size: () => this.size,
    });
  }

  /**
   * Requests that belong together: they reach one instance, in order, and share its context, and
   * nobody else's come between. The instance is taken with the first request and given back by `close`.
   */
  conversation(options: ConversationOptions = {}): Conversation<Request, Result> {
    const conversation = new Conversation<Request, Result>(options, {
      turns: this.#turns,
      lease: () => {
        const instance = this.#router.choose(options);
        return this.#pool.lease(routed(options, instance));
      },
      processOf: (instance) => this.#processOf(instance),
      closed: () => this.#conversations.delete(conversation),
    });
    this.#conversations.add(conversation);
    return conversation;
  }

  /**
   * Changes the number of instances. Those that go, the highest numbers first, finish their turn;
   * requests that waited for them go elsewhere, and those of `sendTo` reject with INSTANCE_UNAVAILABLE.
   * @throws {ManagerError} OPTION_INVALID
   * @throws {PoolError} POOL_CLOSED, WAIT_CANCELLED
   */
  async scale(count: number, options: WaitOptions = {}): Promise<void> {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw invalidOption("count", "a whole number of at least 0", count);
    }
    // First, so that nothing more is sent to those that go.
    const arrived = this.#router.heading(count);
    this.#size = count;
    try {
      await this.#pool.resize(count, options);
    } catch (error) {
      this.#size = this.#pool.size;
      throw error;
    } finally {
      arrived();
    }
  }

  /** Takes no more requests; resolves when all that were sent have ended and conversations are closed. */
  async drain(options: WaitOptions = {}): Promise<void> {
    const drained = this.#pool.drain(options);
    await Promise.all([...this.#conversations].map((conversation) => conversation.close()));
    await drained;
  }

  /**
   * Ends everything: requests that have not ended reject with POOL_CLOSED, then every process goes.
   * Unread responses can still be read. To let turns end first, `await cluster.drain()` before.
   *
   * @param options.timeoutMs The grace of each step, from a polite goodbye to SIGKILL. @default graceMs
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await this.#pool.shutdown(options);
    this.#inbox.close();
  }

  /** The cluster at this moment, as plain data. */
  getStatus(): ClusterStatus {
    const { strategy } = this.#router;
    return describeCluster({
      pool: this.#pool.status(),
      health: this.#pool.health(),
      routing: strategy.name,
      latencyOf: (instance) => this.#router.latencyOf(instance),
      totals: this.#turns.totals,
      inbox: this.#inbox,
    });
  }

  /** What its pool has done so far: waiting and running times, utilisation, and counts of every kind. */
  measure(): PoolStats {
    return this.#pool.stats();
  }

  /** Which instances have a living process. */
  checkHealth(): ClusterHealth {
    return this.#pool.health();
  }

  /**
   * Ends an instance's process and starts another in its place; resolves when it is ready. A turn on
   * it rejects with PROCESS_EXITED; requests that wait for it stay.
   * @throws {PoolError} INSTANCE_UNKNOWN, POOL_CLOSED, or why it does not start.
   */
  restartInstance(instance: number, options: WaitOptions = {}): Promise<void> {
    return this.#pool.restart(instance, options);
  }

  /** Hears of everything that happens. Returns the function that ends the subscription. */
  subscribe(listener: (event: ClusterEvent) => void): () => void {
    return this.#subscribers.add(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #send(request: Request, options: SendOptions, claimed: boolean): ClusterTurn<Result> {
    const control = this.#turns.open(claimed);
    const instance = this.#router.choose(options);
    this.#turns.begin(control, () =>
      this.#pool.run(request, routed(poolOptions(options), instance)),
    );
    return control.turn;
  }

  #processOf(instance: number): number | null {
    // A process for each turn: there is no context that could be lost.
    if (this.#oneShot) return 0;
    const status = this.#pool.status().instances.find(({ index }) => index === instance);
    return status?.alive === true && status.state === "ready" ? status.generation : null;
  }

  #deliver(control: ClusterTurnControl<Result>, end: TurnEnd<Result>): void {
    if (control.claimed) return;
    const { id: turn, instance } = control.turn;
    if (end.outcome === "failed") this.#inbox.deliver({ ...end, instance, turn });
    // A turn that is done has run somewhere.
    else this.#inbox.deliver({ ...end, instance: instance as number, turn });
  }
}
