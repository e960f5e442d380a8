import { poolClosed, unknownInstance } from "../errors/refusals.ts";
import { Emitter } from "../events/emitter.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import { redactEvent } from "../events/redact-event.ts";
import { type OwnedHost, ownHost } from "../host/owned-host.ts";
import type { Instance } from "../instance/instance.ts";
import type { InstanceContext } from "../instance/instance-context.ts";
import { MemorySampler } from "../instance/memory-sampler.ts";
import { Spares } from "../instance/spares.ts";
import { StartGate } from "../instance/start-gate.ts";
import { Dispatcher } from "../lease/dispatcher.ts";
import type { Lease } from "../lease/lease.ts";
import { redaction } from "../transcript/redactor.ts";
import type { Turn } from "../turn/turn.ts";
import { systemClock } from "./clock.ts";
import { type CompiledOptions, compileOptions } from "./compile-options.ts";
import { PoolLifecycle } from "./lifecycle.ts";
import { invalidOption, isMilliseconds, MILLISECONDS } from "./option-checks.ts";
import type { LeaseOptions, PoolOptions, RunOptions } from "./options.ts";
import { Reception } from "./reception.ts";
import { Roster } from "./roster.ts";
import type { PoolHealth, PoolStatus } from "./status.ts";
import { TurnDesk } from "./turn-desk.ts";

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
  readonly #spares: Pick<Spares<never, never>, "status" | "close">;
  readonly #roster: Roster<Request, Result>;
  readonly #dispatcher: Dispatcher<Instance<Request, Result>>;
  readonly #desk: TurnDesk<Request, Result>;
  readonly #reception: Reception<Request, Result>;
  readonly #lifecycle = new PoolLifecycle();
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
    const context: InstanceContext<Request, Result> = {
      adapter: options.adapter,
      host: this.#host.host,
      options: this.#options,
      gate: new StartGate(this.#options.startConcurrency),
      clock,
      redaction: secrets,
      emit: (event) => this.#events.emit(event),
      changed: () => {
        this.#dispatcher.schedule();
        context.spares.refill();
      },
      memory: new MemorySampler(clock),
      forgotten: (instance) => this.#dispatcher.forgotten(instance),
      get spares() {
        return spares;
      },
    };
    const spares = new Spares(context, () => this.#roster.all);
    this.#spares = spares;
    this.#desk = new TurnDesk(this.#options, clock, this.#events, () => this.#lifecycle.notify());
    this.#roster = new Roster(context);
    this.#reception = new Reception({
      options: this.#options,
      lifecycle: this.#lifecycle,
      roster: this.#roster,
      dispatcher: this.#dispatcher,
      desk: this.#desk,
    });
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
    this.#lifecycle.assertOpen();
    try {
      const staying = this.#roster.all.filter((instance) => !instance.retiring);
      await Promise.all(staying.map((instance) => instance.whenReady()));
    } catch (error) {
      this.#lifecycle.assertOpen();
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
    return this.#reception.run(request, options);
  }

  /**
   * Takes an instance for several turns that belong together.
   * @throws {PoolError} POOL_CLOSED, QUEUE_FULL, INSTANCE_UNKNOWN, INSTANCE_UNAVAILABLE,
   * OPTION_INVALID, and TURN_CANCELLED when `signal` is aborted during the wait.
   */
  lease(options: LeaseOptions = {}): Promise<Lease<Request, Result>> {
    return this.#reception.lease(options);
  }

  /** Starts an instance that is stopped, failed or not yet started; resolves when it is ready. */
  async start(instance: number): Promise<void> {
    this.#lifecycle.assertOpen();
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
    this.#lifecycle.assertOpen();
    await this.#instance(instance).restart();
  }

  /**
   * Changes the number of instances. New ones begin to start; those that go, the highest numbers
   * first, finish their turn or lease before. Resolves when they are gone.
   */
  async resize(size: number): Promise<void> {
    this.#lifecycle.assertOpen();
    if (!Number.isSafeInteger(size) || size < 0) {
      throw invalidOption("size", "expected a whole number of at least 0", size);
    }
    await this.#roster.resize(
      size,
      () => this.#lifecycle.state !== "closed",
      () => this.#lifecycle.change(),
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
    return {
      tool,
      state: this.#lifecycle.state,
      instances,
      spares: this.#spares.status(),
      accepted,
      done,
      failed,
      running,
      queued,
    };
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

  /**
   * Takes no more requests; resolves when none is queued or running and no lease is out, or the pool
   * has shut down.
   */
  async drain(): Promise<void> {
    this.#lifecycle.drain();
    while (this.#desk.counts.open || this.#lifecycle.leasesOut) await this.#lifecycle.change();
  }

  /**
   * Ends everything: what is queued or running rejects with POOL_CLOSED, then every process goes by
   * the termination ladder. To let turns end first, `await pool.drain()` before. A second call waits
   * for the same end, and makes it come sooner when its grace is shorter.
   *
   * @param options.timeoutMs The grace of each step of the ladder. @default graceMs of the pool
   */
  async shutdown(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs } = options;
    if (timeoutMs !== undefined && !isMilliseconds(timeoutMs)) {
      throw invalidOption("timeoutMs", MILLISECONDS, timeoutMs);
    }
    if (this.#shutdown === null) this.#shutdown = this.#end(timeoutMs);
    else void this.#endProcesses(timeoutMs);
    await this.#shutdown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #end(graceMs: number | undefined): Promise<void> {
    this.#lifecycle.close();
    const error = poolClosed();
    this.#dispatcher.rejectAll(error);
    this.#desk.stopAll({ error, reason: "shutdown" });
    await this.#endProcesses(graceMs);
    while (this.#desk.counts.open) await this.#lifecycle.change();
    await Promise.all(this.#roster.all.map((instance) => instance.closeTranscript()));
    await this.#host.release();
  }

  async #endProcesses(graceMs: number | undefined): Promise<void> {
    const spares = this.#spares.close(graceMs);
    await Promise.all(this.#roster.all.map((instance) => instance.stop("shutdown", graceMs)));
    await spares;
  }

  #instance(index: number): Instance<Request, Result> {
    const instance = this.#roster.at(index);
    if (instance === undefined) throw unknownInstance(index, this.size);
    return instance;
  }
}
