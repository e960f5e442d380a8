import { requireNode } from "../environment/require-node.ts";
import { poolClosed, unknownInstance } from "../errors/refusals.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import type { Instance } from "../instance/instance.ts";
import type { Lease } from "../lease/lease.ts";
import type { PoolStats } from "../stats/pool-stats.ts";
import { takeStats } from "../stats/take-stats.ts";
import type { Turn } from "../turn/turn.ts";
import { assemblePool, type PoolParts } from "./assemble-pool.ts";
import { unlessGivenUp } from "./give-up.ts";
import { invalidOption, isMilliseconds, MILLISECONDS, refuseUnknown } from "./option-checks.ts";
import type {
  LeaseOptions,
  PoolOptions,
  RunOptions,
  ShutdownOptions,
  WaitOptions,
} from "./options.ts";
import type { PoolHealth, PoolStatus } from "./status.ts";

// Not as an import for its effect, which bundlers may leave out.
requireNode();

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
  readonly #parts: PoolParts<Request, Result>;
  #shutdown: Promise<void> | null = null;

  /** Use {@link createPool}. */
  constructor(options: PoolOptions<Request, Result>) {
    this.#parts = assemblePool(options);
    this.tool = options.adapter.name;
  }

  /** How many instances it has. */
  get size(): number {
    return this.#parts.roster.all.length;
  }

  /**
   * Starts what is not started yet and resolves when every instance is ready.
   * @throws {PoolError} the first one that has failed for good; POOL_CLOSED, WAIT_CANCELLED.
   */
  async ready(options: WaitOptions = {}): Promise<void> {
    this.#parts.lifecycle.assertOpen();
    try {
      await unlessGivenUp(options, async () => {
        const staying = this.#parts.roster.all.filter((instance) => !instance.retiring);
        await Promise.all(staying.map((instance) => instance.whenReady()));
      });
    } catch (error) {
      this.#parts.lifecycle.assertOpen();
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
    return this.#parts.reception.run(request, options);
  }

  /**
   * Takes an instance for several turns that belong together.
   * @throws {PoolError} POOL_CLOSED, QUEUE_FULL, INSTANCE_UNKNOWN, INSTANCE_UNAVAILABLE,
   * OPTION_INVALID, and WAIT_CANCELLED when `signal` is aborted during the wait.
   */
  lease(options: LeaseOptions = {}): Promise<Lease<Request, Result>> {
    return this.#parts.reception.lease(options);
  }

  /**
   * Resolves when one more request would not be refused with QUEUE_FULL: what a producer awaits before
   * each request, so that no more than `maxQueue` wait. Who waits here first is let in first; whoever
   * sends without having waited may still be quicker.
   *
   *     for await (const line of lines) {
   *       await pool.capacity();
   *       pool.run(line).then(print, warn);
   *     }
   *
   * @throws {PoolError} POOL_CLOSED, WAIT_CANCELLED
   */
  async capacity(options: WaitOptions = {}): Promise<void> {
    this.#parts.lifecycle.assertOpen();
    await unlessGivenUp(options, () => this.#parts.dispatcher.capacity(options.signal));
  }

  /**
   * Starts an instance that is stopped, failed or not yet started; resolves when it is ready.
   * @throws {PoolError} why it does not start; INSTANCE_UNKNOWN, POOL_CLOSED, WAIT_CANCELLED.
   */
  async start(instance: number, options: WaitOptions = {}): Promise<void> {
    this.#parts.lifecycle.assertOpen();
    await unlessGivenUp(options, () => this.#instance(instance).start());
  }

  /**
   * Ends an instance's process. A turn on it rejects; requests for just this instance reject too.
   * @throws {PoolError} INSTANCE_UNKNOWN, WAIT_CANCELLED
   */
  async stop(instance: number, options: WaitOptions = {}): Promise<void> {
    await unlessGivenUp(options, () => this.#instance(instance).stop("stop"));
  }

  /**
   * Ends an instance's process, if it has one, and starts a new one in its place. A turn on it rejects;
   * requests that wait for it go on waiting. Rejects when it fails for good, is stopped meanwhile or
   * leaves the pool.
   * @throws {PoolError} INSTANCE_UNKNOWN, POOL_CLOSED, WAIT_CANCELLED
   */
  async restart(instance: number, options: WaitOptions = {}): Promise<void> {
    this.#parts.lifecycle.assertOpen();
    await unlessGivenUp(options, () => this.#instance(instance).restart());
  }

  /**
   * Changes the number of instances. New ones begin to start; those that go, the highest numbers
   * first, finish their turn or lease before. Resolves when they are gone.
   * @throws {PoolError} OPTION_INVALID, POOL_CLOSED, WAIT_CANCELLED
   */
  async resize(size: number, options: WaitOptions = {}): Promise<void> {
    this.#parts.lifecycle.assertOpen();
    if (!Number.isSafeInteger(size) || size < 0) {
      throw invalidOption("size", "expected a whole number of at least 0", size);
    }
    await unlessGivenUp(options, () =>
      this.#parts.roster.resize(
        size,
        () => this.#parts.lifecycle.state !== "closed",
        () => this.#parts.lifecycle.change(),
      ),
    );
  }

  /** The pool at this moment, as plain data. */
  status(): PoolStatus {
    const { accepted, done, failed, running, queued } = this.#parts.desk.counts;
    const instances = this.#parts.roster.all.map((instance) =>
      instance.status(
        this.#parts.dispatcher.waitingFor(instance.index) +
          (instance.occupancy === "leased" ? 1 : 0),
      ),
    );
    const { tool } = this;
    return {
      tool,
      state: this.#parts.lifecycle.state,
      instances,
      spares: this.#parts.spares.status(),
      accepted,
      done,
      failed,
      running,
      queued,
    };
  }

  /**
   * What it has done since it was made, as plain data: waiting and running times, utilisation, and
   * counts of every outcome, state and end of a process. To ask costs some 0.1 ms.
   */
  stats(): PoolStats {
    return takeStats(this.tool, this.#parts);
  }

  /** Which instances have a living process. */
  health(): PoolHealth {
    const instances = this.#parts.roster.all.map((instance) => {
      const { index, alive, state } = instance.status(0);
      return { index, alive, state };
    });
    const alive = instances.filter((instance) => instance.alive).length;
    return { total: instances.length, alive, dead: instances.length - alive, instances };
  }

  /** Hears of everything that happens. Returns the function that ends the subscription. */
  subscribe(listener: (event: PoolEvent) => void): () => void {
    return this.#parts.events.subscribe(listener);
  }

  /**
   * Takes no more requests; resolves when none is queued or running and no lease is out, or the pool
   * has shut down.
   * @throws {PoolError} WAIT_CANCELLED; the pool goes on draining.
   */
  async drain(options: WaitOptions = {}): Promise<void> {
    await unlessGivenUp(options, async () => {
      this.#parts.lifecycle.drain();
      this.#parts.dispatcher.refuseAll(poolClosed());
      while (this.#parts.desk.counts.open || this.#parts.lifecycle.leasesOut)
        await this.#parts.lifecycle.change();
    });
  }

  /**
   * Ends everything: what is queued or running rejects with POOL_CLOSED, then every process goes by
   * the termination ladder. To let turns end first, `await pool.drain()` before. A second call waits
   * for the same end, and makes it come sooner when its grace is shorter.
   *
   * @param options.timeoutMs The grace of each step of the ladder. @default graceMs of the pool
   * @throws {PoolError} OPTION_INVALID, WAIT_CANCELLED; the shutdown goes on.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    refuseUnknown("shutdown", options, { timeoutMs: true, signal: true });
    const { timeoutMs } = options;
    if (timeoutMs !== undefined && !isMilliseconds(timeoutMs)) {
      throw invalidOption("timeoutMs", MILLISECONDS, timeoutMs);
    }
    await unlessGivenUp(options, () => {
      if (this.#shutdown === null) this.#shutdown = this.#end(timeoutMs);
      else void this.#endProcesses(timeoutMs);
      return this.#shutdown;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #end(graceMs: number | undefined): Promise<void> {
    this.#parts.lifecycle.close();
    const error = poolClosed();
    this.#parts.dispatcher.rejectAll(error);
    this.#parts.dispatcher.refuseAll(error);
    this.#parts.desk.stopAll({ error, reason: "shutdown" });
    await this.#endProcesses(graceMs);
    while (this.#parts.desk.counts.open) await this.#parts.lifecycle.change();
    await Promise.all(this.#parts.roster.all.map((instance) => instance.closeTranscript()));
    await this.#parts.host.release();
  }

  async #endProcesses(graceMs: number | undefined): Promise<void> {
    const spares = this.#parts.spares.close(graceMs);
    await Promise.all(this.#parts.roster.all.map((instance) => instance.stop("shutdown", graceMs)));
    await spares;
    this.#parts.ledger.tidy();
  }

  #instance(index: number): Instance<Request, Result> {
    const instance = this.#parts.roster.at(index);
    if (instance === undefined) throw unknownInstance(index, this.size);
    return instance;
  }
}
