import type { AnsweredQuestion } from "../contract/question.ts";
import { PoolError, toError } from "../errors/pool-error.ts";
import { TurnAbortedError } from "../errors/turn-errors.ts";
import { Emitter } from "../events/emitter.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import { childProcessHost } from "../host/child-process-host.ts";
import { Instance, type InstanceContext } from "../instance/instance.ts";
import { OperationLock } from "../instance/operation-lock.ts";
import { StartGate } from "../instance/start-gate.ts";
import { Dispatcher } from "../lease/dispatcher.ts";
import type { Lease } from "../lease/lease.ts";
import { Turn, type TurnControl } from "../turn/turn.ts";
import type { TurnStop } from "../turn/turn-stop.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type CompiledOptions, compileOptions } from "./compile-options.ts";
import type { LeaseOptions, PoolOptions, ReleaseMode, RunOptions, TurnOptions } from "./options.ts";
import type { PoolHealth, PoolStatus } from "./status.ts";

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
  readonly #clock: Clock;
  readonly #events = new Emitter<PoolEvent>();
  readonly #context: InstanceContext<Request, Result>;
  readonly #dispatcher: Dispatcher<Request, Result>;
  readonly #resizing = new OperationLock();
  readonly #turns = new Set<{ stop(how: TurnStop): void }>();
  readonly #counts = { accepted: 0, done: 0, failed: 0, running: 0 };
  #instances: Instance<Request, Result>[] = [];
  #leases = 0;
  #state: PoolStatus["state"] = "open";
  #idle: (() => void)[] = [];
  #shutdown: Promise<void> | null = null;

  /** Use {@link createPool}. */
  constructor(options: PoolOptions<Request, Result>) {
    this.#options = compileOptions(options);
    this.#clock = options.clock ?? systemClock;
    this.tool = options.adapter.name;
    this.#dispatcher = new Dispatcher(() => this.#instances, this.#options.maxQueue);
    this.#context = {
      adapter: options.adapter,
      host: options.adapter.host ?? childProcessHost(),
      options: this.#options,
      gate: new StartGate(this.#options.startConcurrency),
      clock: this.#clock,
      emit: (event) => this.#events.emit(event),
      changed: () => this.#dispatcher.schedule(),
    };
    this.#grow(this.#options.size);
  }

  /** How many instances it has. */
  get size(): number {
    return this.#instances.length;
  }

  /**
   * Starts what is not started yet and resolves when every instance is ready.
   * @throws {PoolError} the first one that fails for good.
   */
  async ready(): Promise<void> {
    this.#assertOpen();
    await Promise.all(this.#instances.map((instance) => instance.start()));
  }

  /**
   * One turn, on the first instance that is free. It is accepted at once and settles exactly once.
   *
   * The turn rejects with a {@link PoolError}: ToolFailure when the tool reports a failure,
   * ProcessExitedError when its process ends, TurnAbortedError for deadlines, limits and cancellation,
   * POOL_CLOSED, QUEUE_FULL, INSTANCE_UNKNOWN, INSTANCE_UNAVAILABLE.
   */
  run(request: Request, options: RunOptions = {}): Turn<Result> {
    const waiting = new AbortController();
    const pending = this.#accept(options.signal, (error) => waiting.abort(error));
    if (options.instance !== undefined) pending.control.pin(options.instance);
    void this.#queueAndRun(request, options, pending, waiting.signal);
    return pending.control.turn;
  }

  /**
   * Takes an instance for several turns that belong together.
   * @throws {PoolError} POOL_CLOSED, QUEUE_FULL, INSTANCE_UNKNOWN, INSTANCE_UNAVAILABLE, and
   * TURN_CANCELLED when `signal` is aborted during the wait.
   */
  async lease(options: LeaseOptions = {}): Promise<Lease<Request, Result>> {
    this.#assertOpen();
    const { signal } = options;
    const instance = await this.#dispatcher.acquire(options).catch((error: unknown) => {
      throw signal?.aborted === true ? cancelled(signal.reason) : error;
    });
    const cwd = await this.#options.cwd(instance.index);
    this.#leases += 1;
    return this.#makeLease(instance, cwd);
  }

  /** Starts an instance that is stopped or not yet started; resolves when it is ready. */
  async start(instance: number): Promise<void> {
    this.#assertOpen();
    await this.#instance(instance).start();
  }

  /** Ends an instance's process. A turn on it rejects; requests for just this instance reject too. */
  async stop(instance: number): Promise<void> {
    await this.#instance(instance).stop("stop");
  }

  /** Ends an instance's process, if it has one, and starts a new one in its place. */
  async restart(instance: number): Promise<void> {
    this.#assertOpen();
    await this.#instance(instance).restart();
  }

  /**
   * Changes the number of instances. New ones begin to start; those that go, the highest numbers
   * first, finish their turn or lease before. Resolves when they are gone.
   */
  resize(size: number): Promise<void> {
    this.#assertOpen();
    if (!Number.isInteger(size) || size < 0) {
      throw new PoolError(
        "OPTION_INVALID",
        `size: expected a whole number of at least 0, found ${typeof size} ${size}.`,
      );
    }
    return this.#resizing.run(async () => {
      if (size >= this.#instances.length) this.#grow(size);
      else await this.#shrink(size);
    });
  }

  /** The pool at this moment, as plain data. */
  status(): PoolStatus {
    const { accepted, done, failed, running } = this.#counts;
    return {
      tool: this.tool,
      state: this.#state,
      instances: this.#instances.map((instance) =>
        instance.status(
          this.#dispatcher.waitingFor(instance.index) + (instance.occupancy === "leased" ? 1 : 0),
        ),
      ),
      accepted,
      done,
      failed,
      running,
      queued: accepted - done - failed - running,
    };
  }

  /** Which instances have a living process. */
  health(): PoolHealth {
    const instances = this.#instances.map((instance) => {
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
    while (this.#busy()) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /**
   * Ends everything: what is queued or running rejects with POOL_CLOSED, then every process goes by
   * the termination ladder. To let turns end first, `await pool.drain()` before.
   *
   * @param options.timeoutMs The grace of each step of the ladder. @default graceMs of the pool
   */
  shutdown(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#shutdown ??= this.#end(options.timeoutMs);
    return this.#shutdown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #end(graceMs: number | undefined): Promise<void> {
    this.#state = "closed";
    const error = closed();
    this.#dispatcher.rejectAll(error);
    for (const turn of this.#turns) turn.stop({ error, reason: "shutdown" });
    await Promise.all(this.#instances.map((instance) => instance.stop("shutdown", graceMs)));
    await Promise.all(this.#instances.map((instance) => instance.closeTranscript()));
    await this.#context.host.dispose();
    this.#notifyIdle();
  }

  #grow(size: number): void {
    for (let index = this.#instances.length; index < size; index += 1) {
      const instance = new Instance(index, this.#context);
      this.#instances = [...this.#instances, instance];
      // Its failure shows in its state, and reaches those who wait from there.
      if (this.#options.start === "eager") void instance.start().catch(() => {});
    }
    this.#dispatcher.schedule();
  }

  async #shrink(size: number): Promise<void> {
    const leaving = this.#instances.slice(size);
    for (const instance of leaving) {
      instance.retiring = true;
      this.#dispatcher.rejectFor(
        instance.index,
        new PoolError("INSTANCE_UNAVAILABLE", `Instance ${instance.index} leaves the pool.`),
      );
    }
    while (this.#state !== "closed" && leaving.some((instance) => instance.occupancy !== "free")) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    await Promise.all(leaving.map((instance) => instance.stop("stop")));
    await Promise.all(leaving.map((instance) => instance.closeTranscript()));
    this.#instances = this.#instances.filter((instance) => !leaving.includes(instance));
    this.#dispatcher.schedule();
  }

  async #queueAndRun(
    request: Request,
    options: RunOptions,
    pending: PendingTurn<Result>,
    signal: AbortSignal,
  ): Promise<void> {
    const queuedAt = this.#clock.elapsed();
    let instance: Instance<Request, Result>;
    try {
      if (this.#state !== "open") throw closed();
      instance = await this.#dispatcher.acquire({ ...options, signal });
    } catch (error) {
      this.#settle(pending, () => pending.control.reject(toError(error)), "failed");
      return;
    }
    this.#leases += 1;
    // Released before the caller hears of the end, so that whoever sends next finds it free.
    const settle = await this.#runOn(instance, request, options, pending, queuedAt);
    const released = this.#giveBack(instance, options.release ?? this.#options.afterTurn);
    settle();
    await released;
  }

  /** Runs an accepted turn on an instance. Returns the function that tells its caller. */
  async #runOn(
    instance: Instance<Request, Result>,
    request: Request,
    options: TurnOptions,
    pending: PendingTurn<Result>,
    queuedAt: number,
  ): Promise<() => void> {
    const { control } = pending;
    const began = this.#clock.elapsed();
    const turn = { instance: instance.index, turn: control.turn.id };
    control.assign(instance.index, began - queuedAt);
    this.#counts.running += 1;
    pending.running = true;
    this.#emit({ type: "turn.started", ...turn, waitMs: began - queuedAt });
    const limits = {
      turnTimeoutMs: options.turnTimeoutMs ?? this.#options.turnTimeoutMs,
      idleTimeoutMs: options.idleTimeoutMs ?? this.#options.idleTimeoutMs,
      interruptTimeoutMs: this.#options.interruptTimeoutMs,
      maxTurnBytes: this.#options.maxTurnBytes,
    };
    const verdict = await instance.run(request, {
      limits,
      policy: options.onQuestion ?? this.#options.onQuestion,
      observer: {
        event: (event) => {
          control.push(event);
          this.#emit({ type: "turn.progress", ...turn, event });
        },
        question: (answered: AnsweredQuestion) => {
          control.push({ type: "question", answered });
          this.#emit({ type: "turn.question", ...turn, answered });
        },
      },
      onStoppable: (stop) => pending.stoppable(stop),
    });
    const runMs = this.#clock.elapsed() - began;
    return () => {
      if (verdict.kind === "done") {
        const { endedBy } = verdict;
        this.#settle(pending, () => control.resolve(verdict.result, endedBy), "done");
        this.#emit({ type: "turn.ended", ...turn, runMs, outcome: "done", endedBy });
        return;
      }
      const { error } = verdict;
      const code = error instanceof PoolError ? { code: error.code } : {};
      this.#settle(pending, () => control.reject(error), "failed");
      this.#emit({ type: "turn.ended", ...turn, runMs, outcome: "failed", ...code });
    };
  }

  #makeLease(instance: Instance<Request, Result>, cwd: string): Lease<Request, Result> {
    const { generation } = instance;
    let current: Turn<Result> | null = null;
    let released: Promise<void> | null = null;
    const run = (request: Request, options: TurnOptions = {}): Turn<Result> => {
      const pending = this.#accept(options.signal, () => {});
      const { control } = pending;
      const refuse = (error: PoolError): void =>
        this.#settle(pending, () => control.reject(error), "failed");
      if (released !== null) refuse(leaseReleased());
      else if (current !== null) refuse(leaseBusy());
      else if (this.#state === "closed") refuse(closed());
      else if (!instance.oneShot && instance.generation !== generation)
        refuse(contextLost(instance));
      else {
        current = control.turn;
        void this.#runOn(instance, request, options, pending, this.#clock.elapsed()).then(
          (tell) => {
            current = null;
            tell();
          },
        );
      }
      return control.turn;
    };
    const release = (mode: ReleaseMode = this.#options.afterTurn): Promise<void> => {
      released ??= (async () => {
        const last = current;
        last?.cancel("The lease was released.");
        await last?.catch(() => {});
        await this.#giveBack(instance, mode);
      })();
      return released;
    };
    return {
      instance: instance.index,
      cwd,
      run,
      release,
      [Symbol.asyncDispose]: () => release(),
    };
  }

  async #giveBack(instance: Instance<Request, Result>, mode: ReleaseMode): Promise<void> {
    this.#leases -= 1;
    await instance.release(mode);
    this.#notifyIdle();
  }

  /** Counts a request in and prepares the ways in which it can be given up. */
  #accept(
    signal: AbortSignal | undefined,
    unqueue: (error: PoolError) => void,
  ): PendingTurn<Result> {
    this.#counts.accepted += 1;
    let stop: ((how: TurnStop) => void) | null = null;
    let early: TurnStop | null = null;
    const end = (how: TurnStop): void => {
      early ??= how;
      if (stop === null) unqueue(how.error);
      else stop(how);
    };
    const cancel = (reason: unknown): void =>
      end({ error: cancelled(reason), reason: "turn-cancelled" });
    const onAbort = (): void => cancel(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const entry = { stop: end };
    this.#turns.add(entry);
    if (signal?.aborted === true) onAbort();
    return {
      control: Turn.create<Result>(this.#counts.accepted, cancel),
      running: false,
      stoppable(handle) {
        stop = handle;
        if (early !== null) handle(early);
      },
      forget: () => {
        signal?.removeEventListener("abort", onAbort);
        this.#turns.delete(entry);
      },
    };
  }

  #settle(pending: PendingTurn<Result>, tell: () => void, outcome: "done" | "failed"): void {
    pending.forget();
    if (pending.running) this.#counts.running -= 1;
    this.#counts[outcome] += 1;
    tell();
    this.#notifyIdle();
  }

  #busy(): boolean {
    const { accepted, done, failed } = this.#counts;
    return accepted > done + failed || this.#leases > 0 || this.#dispatcher.waiting > 0;
  }

  #notifyIdle(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  #emit(event: DistributiveOmit<PoolEvent, "at">): void {
    this.#events.emit({ ...event, at: this.#clock.now() } as PoolEvent);
  }

  #instance(index: number): Instance<Request, Result> {
    const instance = this.#instances[index];
    if (instance !== undefined) return instance;
    throw new PoolError(
      "INSTANCE_UNKNOWN",
      `There is no instance ${index}: this pool has ${this.#instances.length}, counted from 0.`,
    );
  }

  #assertOpen(): void {
    if (this.#state !== "open") throw closed();
  }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown
  ? Omit<Union, Key>
  : never;

interface PendingTurn<Result> {
  readonly control: TurnControl<Result>;
  running: boolean;
  stoppable(stop: (how: TurnStop) => void): void;
  forget(): void;
}

function closed(): PoolError {
  return new PoolError(
    "POOL_CLOSED",
    "The pool takes no more requests: it drains or has shut down.",
  );
}

function cancelled(reason: unknown): TurnAbortedError {
  const why = reason === undefined ? "" : `: ${toError(reason).message}`;
  return new TurnAbortedError("TURN_CANCELLED", `The turn was given up by its caller${why}`, {
    cause: reason,
  });
}

function leaseReleased(): PoolError {
  return new PoolError("LEASE_RELEASED", "This lease was released. Take a new one.");
}

function leaseBusy(): PoolError {
  return new PoolError(
    "LEASE_BUSY",
    "This lease has a turn in flight. Await it before the next: turns of a lease follow one another.",
  );
}

function contextLost(instance: { readonly index: number }): PoolError {
  return new PoolError(
    "PROCESS_EXITED",
    `The process of instance ${instance.index} was replaced, and the context of this lease is gone. ` +
      "Take a new lease and begin again.",
  );
}
