import { PoolError, toError } from "../errors/pool-error.ts";
import { instanceUnavailable } from "../errors/refusals.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import type { ProcessEnd } from "../process/end-note.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import type { Transcript } from "../transcript/transcript.ts";
import type { InstanceContext } from "./instance-context.ts";
import { OperationLock } from "./operation-lock.ts";
import { ProcessRecord } from "./process-record.ts";
import { ProcessSeat, type SeatOwner } from "./process-seat.ts";
import { Setbacks } from "./setbacks.ts";

/**
 * Keeps one instance's process as its owner wants it. One lock orders starts and stops. Every order
 * of the owner (stop, restart) aborts what is under way for the order before it, so that a stop never
 * waits for a start.
 */
export class ProcessKeeper<Request, Result> implements SeatOwner<Request, Result> {
  readonly index: number;
  readonly record: ProcessRecord;
  readonly seat: ProcessSeat<Request, Result>;
  readonly #context: InstanceContext<Request, Result>;
  readonly #lock = new OperationLock();
  readonly #setbacks: Setbacks;
  readonly #oneShot: boolean;
  /** The present order of the owner; aborted by the next one. The last one is aborted for ever. */
  #order = new AbortController();
  #starting: Promise<void> | null = null;
  #restarting: Promise<void> | null = null;
  /** The process that was lost without an order, until its restart is under way, and its setback. */
  #lost: { readonly process: object; readonly wait: number | null } | null = null;

  constructor(
    index: number,
    context: InstanceContext<Request, Result>,
    transcript: Transcript | null,
  ) {
    this.index = index;
    this.#context = context;
    this.#oneShot = context.adapter.capabilities?.oneShot === true;
    this.record = new ProcessRecord(index, context);
    this.#setbacks = new Setbacks(this.record, context.options.restart, context.clock);
    this.seat = new ProcessSeat(index, context, transcript, this.record, this);
  }

  get process(): ManagedProcess<Request, Result> | null {
    return this.seat.process;
  }

  /** Resolves when it is ready, and starts it when nobody has yet. Rejects when it has failed. */
  async whenReady(): Promise<void> {
    if (this.#oneShot && this.record.state !== "stopped") return;
    if (this.record.state === "idle") return this.start();
    await this.#lock.run(async () => {});
    const { failure } = this.#setbacks;
    if (failure !== null) throw failure;
    if (this.record.state === "stopped") throw this.#unavailable();
  }

  /** Brings a process up if there is none. Rejects when it fails for good. */
  start(): Promise<void> {
    if (this.#oneShot && this.record.state !== "stopped") return Promise.resolve();
    const { signal } = this.#order;
    if (signal.aborted) return Promise.reject(signal.reason);
    this.#starting ??= this.#lock.run(async () => {
      try {
        if (this.process !== null && this.process.state !== "ready") await this.process.ended;
        if (this.process === null) await this.#beginAnew(signal);
      } finally {
        if (!signal.aborted) this.#starting = null;
      }
    });
    return this.#starting;
  }

  /** Ends its process; it stays down until `start` or `restart`. */
  stop(reason: TerminationReason, graceMs?: number): Promise<void> {
    this.#supersede("was stopped");
    if (this.record.state !== "stopped") this.record.setState("stopping");
    // Beside the lock as well: a start, or a turn of a one-shot tool, must not keep it waiting.
    const ending = this.seat.clear(reason, graceMs);
    return this.#lock.run(async () => {
      await ending;
      await this.seat.clear(reason, graceMs);
      this.record.setState("stopped");
    });
  }

  /** As {@link stop}, and for good: no order after this one brings a process up. */
  retire(reason: TerminationReason): Promise<void> {
    const ended = this.stop(reason);
    this.#order.abort(this.#unavailable(true));
    return ended;
  }

  /** Ends its process, if any, and brings a new one up, with a new restart budget. */
  restart(): Promise<void> {
    if (this.#restarting !== null) return this.#restarting;
    this.#supersede("was restarted");
    const { signal } = this.#order;
    if (signal.aborted) return Promise.reject(signal.reason);
    this.record.setState("stopping");
    const ending = this.seat.clear("restart");
    this.#restarting = this.#lock.run(async () => {
      try {
        await ending;
        await this.seat.clear("restart");
        signal.throwIfAborted();
        await this.#beginAnew(signal);
      } finally {
        if (!signal.aborted) this.#restarting = null;
      }
    });
    return this.#restarting;
  }

  /** Puts a spare in the place of a process, or ends it and starts the next one. Nobody waits. */
  replace(process: ManagedProcess<Request, Result>, reason: TerminationReason): void {
    // In any other state somebody else is already at it: a stop, a restart, the wait after a crash.
    if (this.record.state !== "ready") return;
    // The next one may be there before the last turn of this one has come to its end.
    if (this.process !== process && this.process !== null) return;
    if (this.renew(process, reason)) return;
    const { signal } = this.#order;
    this.record.setState("stopping");
    const ending = this.seat.end(reason);
    void this.#lock.run(async () => {
      await ending;
      // A start may have come before. A failure shows in the state; nobody waits for this promise.
      if (this.process === null) await this.#bringUp(signal).catch(() => {});
    });
  }

  /** Puts a spare in the place of a process that is well. Returns false when there is none. */
  renew(process: ManagedProcess<Request, Result>, reason: TerminationReason): boolean {
    if (this.record.state !== "ready" || this.process !== process) return false;
    const spare = this.#context.spares.take(this.index);
    if (spare === null) return false;
    this.seat.give(spare);
    void process.terminate(reason);
    return true;
  }

  /** Kills a process that shows no life. It counts as one that has crashed. */
  bury(process: ManagedProcess<Request, Result>): void {
    if (this.process !== process || this.record.state !== "ready") return;
    this.#lose(process);
    void process.terminate("ping-failed", 0);
  }

  /** Gives a one-shot tool's process to one turn, from its start to its end. */
  useOnce<Value>(
    request: Request,
    turn: AbortSignal,
    use: (process: ManagedProcess<Request, Result>) => Promise<Value>,
  ): Promise<Value> {
    return this.#lock.run(async () => {
      if (this.record.state === "stopped") throw this.#unavailable();
      const order = this.#order.signal;
      const signal = AbortSignal.any([order, turn]);
      try {
        this.record.setState("starting");
        const process = await this.seat.start(signal, request);
        if (!order.aborted) this.record.setState("ready");
        return await use(process);
      } finally {
        await this.seat.end("turn-over");
        // Otherwise whoever gave the new order says what comes.
        if (!order.aborted) this.record.setState("idle");
      }
    });
  }

  exited(process: ManagedProcess<Request, Result>): void {
    if (!this.#oneShot && this.record.state === "ready") this.#lose(process);
  }

  vacated(process: ManagedProcess<Request, Result>, end: ProcessEnd): void {
    if (this.#lost?.process !== process) return;
    const { wait } = this.#lost;
    this.#lost = null;
    const error = process.exitError(end, "");
    if (wait === null) {
      this.#setbacks.fail(error);
      return;
    }
    const { signal } = this.#order;
    this.record.failure = error;
    this.record.setState("backoff");
    void this.#lock.run(async () => {
      if (this.process !== null || signal.aborted) return;
      await this.#setbacks.backOff(wait, error, signal);
      // Its failure shows in the state; nobody waits for this promise.
      await this.#bringUp(signal).catch(() => {});
    });
  }

  #supersede(what: string): void {
    if (this.#order.signal.aborted) return;
    const error = new PoolError("INSTANCE_UNAVAILABLE", `Instance ${this.index} ${what}.`);
    this.#order.abort(error);
    this.#order = new AbortController();
    this.#starting = null;
    this.#restarting = null;
    this.#lost = null;
  }

  /** A spare takes the place of a lost process at once, or the next one is started when it has ended. */
  #lose(process: ManagedProcess<Request, Result>): void {
    const wait = this.#setbacks.crash();
    const spare = wait === null ? null : this.#context.spares.take(this.index);
    if (spare !== null) {
      this.seat.give(spare);
      return;
    }
    this.#lost = { process, wait };
    this.record.setState("stopping");
  }

  /** As the caller has asked for: with a new restart budget. Called under the lock. */
  #beginAnew(signal: AbortSignal): Promise<void> {
    this.#setbacks.clear();
    this.#context.spares.renew();
    // A lazy instance that is started for a request is no new beginning of the pool.
    if (this.record.state !== "idle") this.#context.firstStarts.renew();
    return this.#bringUp(signal);
  }

  /** Starts until a process is ready or the budget is spent. Called under the lock. */
  async #bringUp(signal: AbortSignal): Promise<void> {
    const { spares } = this.#context;
    while (true) {
      signal.throwIfAborted();
      if (this.#oneShot) return this.record.setState("idle");
      const ready = spares.take(this.index);
      if (ready !== null) return this.seat.give(ready);
      this.record.setState("starting");
      const coming = await spares.claim(this.index, signal);
      if (coming !== null) return this.seat.give(coming);
      try {
        const process = await this.seat.start(signal);
        // An exit that came before the state was set is a crash to nobody else.
        if (process.state !== "ready") throw process.exitError(await process.ended, "");
        this.seat.serve();
        return;
      } catch (thrown) {
        signal.throwIfAborted();
        const error = toError(thrown);
        const over = this.#context.firstStarts.final(error);
        const wait = over ? null : this.#setbacks.failedStart(error);
        if (wait === null) throw this.#setbacks.fail(error);
        await this.#setbacks.backOff(wait, error, signal);
      }
    }
  }

  #unavailable(retiring = false): PoolError {
    const { state, failure } = this.record;
    return instanceUnavailable({ index: this.index, state, failure, retiring });
  }
}
