import { toError } from "../errors/pool-error.ts";
import { poolClosed, turnCancelled, unknownInstance } from "../errors/refusals.ts";
import { Emitter } from "../events/emitter.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import { redactEvent } from "../events/redact-event.ts";
import { type OwnedHost, ownHost } from "../host/owned-host.ts";
import type { Instance } from "../instance/instance.ts";
import type { InstanceContext } from "../instance/instance-context.ts";
import { StartGate } from "../instance/start-gate.ts";
import { Dispatcher } from "../lease/dispatcher.ts";
import type { Lease } from "../lease/lease.ts";
import { PoolLease } from "../lease/pool-lease.ts";
import { redaction } from "../transcript/redactor.ts";
import type { Turn } from "../turn/turn.ts";
import { systemClock } from "./clock.ts";
import { type CompiledOptions, compileOptions } from "./compile-options.ts";
import { checkRunOptions, invalidOption, isMilliseconds, MILLISECONDS } from "./option-checks.ts";
import type { LeaseOptions, PoolOptions, ReleaseMode, RunOptions } from "./options.ts";
import { Roster } from "./roster.ts";
import type { PoolHealth, PoolStatus } from "./status.ts";
import { type PendingTurn, TurnDesk } from "./turn-desk.ts";

/**
 * Makes a pool and, unless told to be lazy, begins to start its instances. Nothing needs to be
 * awaited: a request waits until an instance is ready.
 *
 *     await using pool = createPool({ adapter, size: 3 });
 *     console.log(await pool.run("hello"));
 *
 * @throws {PoolError} OPTION_INVALID
 */
export function createPool<Request, Result>(
  options: PoolOptions<Request, Result>,
): Pool<Request, Result> {
  return new Pool(options);
}

/** N instances of one tool: keeps them alive and gives out turns on them. */
export class Pool<Request, Result> implements AsyncDisposable {
  /** The adapter's name. */
  readonly tool: string;
  readonly #options: CompiledOptions;
  readonly #events: Emitter<PoolEvent>;
  readonly #host: OwnedHost;
  readonly #context: InstanceContext<Request, Result>;
  readonly #roster: Roster<Request, Result>;
  readonly #dispatcher: Dispatcher<Instance<Request, Result>>;
  readonly #desk: TurnDesk<Request, Result>;
  #leases = 0;
  #state: PoolStatus["state"] = "open";
  #idle: (() => void)[] = [];
  #shutdown: Promise<void> | null = null;

  /** Use {@link createPool}. */
  constructor(options: PoolOptions<Request, Result>) {
    this.#options = compileOptions(options);
    const clock = options.clock ?? systemClock;
    const secrets = redaction(this.#options.secrets);
    this.#events = new Emitter(
      secrets.longest === 0 ? (event) => event : (event) => redactEvent(event, secrets.redact),
    );
    this.tool = options.adapter.name;
    this.#dispatcher = new Dispatcher(() => this.#roster.all, this.#options.maxQueue);
    this.#host = ownHost(options.adapter.host);
    this.#context = {
      adapter: options.adapter,
      host: this.#host.host,
      options: this.#options,
      gate: new StartGate(this.#options.startConcurrency),
      clock,
      redaction: secrets,
      emit: (event) => this.#events.emit(event),
      changed: () => this.#dispatcher.schedule(),
      forgotten: (instance) => this.#dispatcher.forgotten(instance),
    };
    this.#desk = new TurnDesk(this.#options, clock, this.#events, () => this.#notifyIdle());
    this.#roster = new Roster(this.#context);
    this.#roster.grow(this.#options.size);
  }

  /** How many instances it has. */
  get size(): number {
    return this.#roster.all.length;
  }

  /**
   * Starts what is not started yet and resolves when every instance is ready.
   * @throws {PoolError} the first one that has failed for good; POOL_CLOSED.
   */
  async ready(): Promise<void> {
    this.#assertOpen();
    try {
      const staying = this.#roster.all.filter((instance) => !instance.retiring);
      await Promise.all(staying.map((instance) => instance.whenReady()));
    } catch (error) {
      this.#assertOpen();
      throw error;
    }
  }

  /**
   * One turn, on the first instance that is free. It is accepted at once and settles exactly once.
   *
   * The turn rejects with a {@link PoolError}: ToolFailure when the tool reports a failure,
   * ProcessExitedError when its process ends, TurnAbortedError for deadlines, limits and cancellation,
   * POOL_CLOSED, QUEUE_FULL, INSTANCE_UNKNOWN, INSTANCE_UNAVAILABLE, OPTION_INVALID.
   */
  run(request: Request, options: RunOptions = {}): Turn<Result> {
    const pending = this.#desk.accept(request, options);
    const refusal = checkRunOptions(options) ?? (this.#state === "open" ? null : poolClosed());
    if (refusal !== null) this.#desk.refuse(pending, refusal);
    else void this.#queueAndRun(pending, options);
    return pending.control.turn;
  }

  /**
   * Takes an instance for several turns that belong together.
   * @throws {PoolError} POOL_CLOSED, QUEUE_FULL, INSTANCE_UNKNOWN, INSTANCE_UNAVAILABLE,
   * OPTION_INVALID, and TURN_CANCELLED when `signal` is aborted during the wait.
   */
  async lease(options: LeaseOptions = {}): Promise<Lease<Request, Result>> {
    this.#assertOpen();
    const refusal = checkRunOptions(options);
    if (refusal !== null) throw refusal;
    const { signal } = options;
    // Before the first wait, so that a drain sees it.
    this.#leases += 1;
    let instance: Instance<Request, Result>;
    try {
      signal?.throwIfAborted();
      instance = await this.#dispatcher.acquire(options, () => signal);
    } catch (error) {
      this.#leases -= 1;
      this.#notifyIdle();
      throw signal?.aborted === true && error === signal.reason ? turnCancelled(error) : error;
    }
    try {
      const cwd = await this.#options.cwd(instance.index);
      return new PoolLease(instance, cwd, {
        desk: this.#desk,
        afterTurn: this.#options.afterTurn,
        closed: () => this.#state === "closed",
        giveBack: (leased, mode) => this.#giveBack(leased, mode),
      });
    } catch (error) {
      await this.#giveBack(instance, "keep");
      throw error;
    }
  }

  /** Starts an instance that is stopped, failed or not yet started; resolves when it is ready. */
  async start(instance: number): Promise<void> {
    this.#assertOpen();
    await this.#instance(instance).start();
  }

  /** Ends an instance's process. A turn on it rejects; requests for just this instance reject too. */
  async stop(instance: number): Promise<void> {
    await this.#instance(instance).stop("stop");
  }

  /**
   * Ends an instance's process, if it has one, and starts a new one in its place. A turn on it rejects;
   * requests that wait for it go on waiting. Rejects when it fails for good, is stopped meanwhile or
   * leaves the pool.
   */
  async restart(instance: number): Promise<void> {
    this.#assertOpen();
    await this.#instance(instance).restart();
  }

  /**
   * Changes the number of instances. New ones begin to start; those that go, the highest numbers
   * first, finish their turn or lease before. Resolves when they are gone.
   */
  async resize(size: number): Promise<void> {
    this.#assertOpen();
    if (!Number.isSafeInteger(size) || size < 0) {
      throw invalidOption("size", "expected a whole number of at least 0", size);
    }
    await this.#roster.resize(
      size,
      () => this.#state !== "closed",
      () => this.#change(),
    );
  }

  /** The pool at this moment, as plain data. */
  status(): PoolStatus {
    const { accepted, done, failed, running, queued } = this.#desk.counts;
    const instances = this.#roster.all.map((instance) =>
      instance.status(
        this.#dispatcher.waitingFor(instance.index) + (instance.occupancy === "leased" ? 1 : 0),
      ),
    );
    const { tool } = this;
    return { tool, state: this.#state, instances, accepted, done, failed, running, queued };
  }

  /** Which instances have a living process. */
  health(): PoolHealth {
    const instances = this.#roster.all.map((instance) => {
      const { index, alive, state } = instance.status(0);
      return { index, alive, state };
    });
    const alive = instances.filter((instance) => instance.alive).length;
    return { total: instances.length, alive, dead: instances.length - alive, instances };
  }

  /** Hears of everything that happens. Returns the function that ends the subscription. */
  subscribe(listener: (event: PoolEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  /** Takes no more requests; resolves when none is queued or running and no lease is out. */
  async drain(): Promise<void> {
    if (this.#state === "open") this.#state = "draining";
    while (this.#desk.counts.open || this.#leases > 0) await this.#change();
  }

  /**
   * Ends everything: what is queued or running rejects with POOL_CLOSED, then every process goes by
   * the termination ladder. To let turns end first, `await pool.drain()` before. A second call waits
   * for the same end.
   *
   * @param options.timeoutMs The grace of each step of the ladder. @default graceMs of the pool
   */
  async shutdown(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs } = options;
    if (timeoutMs !== undefined && !isMilliseconds(timeoutMs)) {
      throw invalidOption("timeoutMs", MILLISECONDS, timeoutMs);
    }
    this.#shutdown ??= this.#end(timeoutMs);
    await this.#shutdown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #end(graceMs: number | undefined): Promise<void> {
    this.#state = "closed";
    const error = poolClosed();
    this.#dispatcher.rejectAll(error);
    this.#desk.stopAll({ error, reason: "shutdown" });
    this.#notifyIdle();
    const instances = this.#roster.all;
    await Promise.all(instances.map((instance) => instance.stop("shutdown", graceMs)));
    while (this.#desk.counts.open) await this.#change();
    await Promise.all(instances.map((instance) => instance.closeTranscript()));
    await this.#host.release();
  }

  async #queueAndRun(pending: PendingTurn<Request, Result>, options: RunOptions): Promise<void> {
    const { instance: wanted } = options;
    if (wanted !== undefined && this.#roster.at(wanted) !== undefined) pending.control.pin(wanted);
    let instance: Instance<Request, Result>;
    try {
      // Also where one is free at once: a caller may give up in the same breath, and nothing is sent.
      instance = await this.#dispatcher.acquire(options, () => pending.stopper.signal);
    } catch (error) {
      this.#desk.refuse(pending, toError(error));
      return;
    }
    this.#leases += 1;
    const { index } = instance;
    const verdict = await instance.run(pending.request, this.#desk.begin(index, pending));
    // Released before the caller hears of the end, so that whoever sends next finds it free.
    const released = this.#giveBack(instance, options.release ?? this.#options.afterTurn);
    this.#desk.end(index, pending, verdict);
    await released;
  }

  async #giveBack(instance: Instance<Request, Result>, mode: ReleaseMode): Promise<void> {
    this.#leases -= 1;
    await instance.release(mode);
    this.#notifyIdle();
  }

  /** Resolves when a turn or a lease has ended. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #notifyIdle(): void {
    if (this.#idle.length === 0) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  #instance(index: number): Instance<Request, Result> {
    const instance = this.#roster.at(index);
    if (instance === undefined) throw unknownInstance(index, this.size);
    return instance;
  }

  #assertOpen(): void {
    if (this.#state !== "open") throw poolClosed();
  }
}
