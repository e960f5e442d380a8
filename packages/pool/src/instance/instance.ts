import type { Exit, ProcessHost } from "../contract/process-host.ts";
import type { ToolAdapter } from "../contract/tool-adapter.ts";
import { PoolError, toError } from "../errors/pool-error.ts";
import { ProcessStartError } from "../errors/turn-errors.ts";
import type { PoolEvent, TerminationReason } from "../events/pool-event.ts";
import type { Clock } from "../pool/clock.ts";
import type { CompiledOptions } from "../pool/compile-options.ts";
import type { ReleaseMode } from "../pool/options.ts";
import type { InstanceStatus } from "../pool/status.ts";
import { ManagedProcess, type ProcessEnd } from "../process/managed-process.ts";
import { within } from "../process/termination.ts";
import { Transcript } from "../transcript/transcript.ts";
import {
  runTurn,
  type TurnObserver,
  type TurnSetting,
  type TurnVerdict,
} from "../turn/run-turn.ts";
import type { TurnStop } from "../turn/turn-stop.ts";
import type { InstanceState, Occupancy } from "./instance-state.ts";
import { OperationLock } from "./operation-lock.ts";
import { RestartBudget } from "./restart-budget.ts";
import type { StartGate } from "./start-gate.ts";

/** What an instance gets from its pool. */
export interface InstanceContext<Request, Result> {
  readonly adapter: ToolAdapter<Request, Result>;
  readonly host: ProcessHost;
  readonly options: CompiledOptions;
  readonly gate: StartGate;
  readonly clock: Clock;
  emit(event: PoolEvent): void;
  /** Something changed that may let a waiting request go on. */
  changed(): void;
}

/** What one turn brings along. */
export interface InstanceTurn {
  readonly limits: TurnSetting<never, never>["limits"];
  readonly policy: TurnSetting<never, never>["policy"];
  readonly observer: TurnObserver;
  readonly onStoppable: (stop: (how: TurnStop) => void) => void;
}

/** A numbered place in a pool. Processes come and go in it; one lock orders their starts and stops. */
export class Instance<Request, Result> {
  readonly index: number;
  readonly #context: InstanceContext<Request, Result>;
  readonly #lock = new OperationLock();
  readonly #budget: RestartBudget;
  readonly #transcript: Transcript | null;
  #state: InstanceState = "idle";
  #occupancy: Occupancy = "free";
  #process: ManagedProcess<Request, Result> | null = null;
  #generation = 0;
  /** Aborts the start or the wait that is under way. */
  #abort = new AbortController();
  #detail: string | null = null;
  #lastExit: Exit | null = null;
  #startedAt: number | null = null;
  #endedAt: number | null = null;
  #turnsDone = 0;
  #turnsFailed = 0;
  /** Leaves the pool when its lease ends. */
  retiring = false;
  /** Keys whose conversation lives in its present process. */
  readonly keys: Set<string> = new Set();

  constructor(index: number, context: InstanceContext<Request, Result>) {
    this.index = index;
    this.#context = context;
    this.#budget = new RestartBudget(context.options.restart);
    const { transcripts, secrets } = context.options;
    this.#transcript =
      transcripts === null ? null : new Transcript(transcripts, index, secrets, context.clock.now);
  }

  get state(): InstanceState {
    return this.#state;
  }

  get occupancy(): Occupancy {
    return this.#occupancy;
  }

  get generation(): number {
    return this.#generation;
  }

  get detail(): string | null {
    return this.#detail;
  }

  get oneShot(): boolean {
    return this.#context.adapter.capabilities?.oneShot === true;
  }

  /** Whether a request can begin on it now. */
  get available(): boolean {
    if (this.#occupancy !== "free" || this.retiring) return false;
    return this.#state === "ready" || (this.oneShot && this.#state === "idle");
  }

  /** Whether it can still become available without the caller's help. */
  get hopeful(): boolean {
    return !this.retiring && this.#state !== "stopped" && this.#state !== "failed";
  }

  /** Brings a process up if there is none. Rejects when it fails for good. */
  start(): Promise<void> {
    return this.#lock.run(async () => {
      if (this.oneShot) {
        this.#setState("idle");
        return;
      }
      if (this.#process !== null) return;
      this.#budget.clear();
      await this.#bringUp();
    });
  }

  /** Ends its process; it stays down until `start` or `restart`. */
  stop(reason: TerminationReason, graceMs?: number): Promise<void> {
    this.#abort.abort(new PoolError("INSTANCE_UNAVAILABLE", `Instance ${this.index} was stopped.`));
    // Beside the lock as well: a turn in flight must not keep it waiting.
    const ending = this.#process?.terminate(reason, graceMs);
    return this.#lock.run(async () => {
      await ending;
      await this.#process?.terminate(reason, graceMs);
      this.#abort = new AbortController();
      this.#setState("stopped");
    });
  }

  /** Ends its process, if any, and brings a new one up, with a new restart budget. */
  restart(): Promise<void> {
    this.#abort.abort(new PoolError("INSTANCE_UNAVAILABLE", `Instance ${this.index} restarts.`));
    return this.#lock.run(async () => {
      await this.#endProcess("restart");
      this.#abort = new AbortController();
      this.#budget.clear();
      if (this.oneShot) this.#setState("idle");
      else await this.#bringUp();
    });
  }

  async closeTranscript(): Promise<void> {
    await this.#transcript?.close();
  }

  /** Takes it for a lease. The caller has seen that it is available. */
  take(): void {
    this.#occupancy = "leased";
  }

  /** Ends a lease. Resolves when it can serve again, or is being replaced. */
  async release(mode: ReleaseMode): Promise<void> {
    const process = this.#process;
    if (mode === "keep" || process === null || process.state !== "ready") {
      this.#free();
      return;
    }
    if (mode === "reset" && process.connection.reset !== undefined) {
      this.#occupancy = "resetting";
      if (await this.#reset(process)) {
        this.keys.clear();
        this.#free();
        return;
      }
    }
    this.#replace(mode === "reset" ? "reset" : "replaced");
    this.#free();
  }

  /** One turn on its process, or on a process of its own where the tool is one-shot. */
  async run(request: Request, turn: InstanceTurn): Promise<TurnVerdict<Result>> {
    const { clock } = this.#context;
    let verdict: TurnVerdict<Result>;
    try {
      const process = this.oneShot ? await this.#launch(request) : this.#process;
      if (process === null || process.state !== "ready") throw this.#gone();
      verdict = await runTurn(request, { ...turn, process, clock, oneShot: this.oneShot });
      if (this.oneShot) {
        await process.terminate("turn-over");
        this.#setState("idle");
      } else if (!verdict.fit) {
        this.#replace("replaced");
      }
    } catch (error) {
      if (this.oneShot && this.#state !== "stopped") this.#setState("idle");
      verdict = { kind: "failed", error: toError(error), fit: false };
    }
    if (verdict.kind === "done") this.#turnsDone += 1;
    else this.#turnsFailed += 1;
    return verdict;
  }

  status(inFlight: number): InstanceStatus {
    const process = this.#process;
    return {
      index: this.index,
      state: this.#state,
      occupancy: this.#occupancy,
      alive: process !== null && process.state !== "ended",
      pid: process?.pid ?? null,
      generation: this.#generation,
      inFlight,
      turnsDone: this.#turnsDone,
      turnsFailed: this.#turnsFailed,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      lastExit: this.#lastExit,
      detail: this.#detail,
    };
  }

  #gone(): PoolError {
    return new PoolError(
      "PROCESS_EXITED",
      `The process of instance ${this.index} is gone, and with it the context of this lease. ` +
        "Take a new lease and begin again.",
    );
  }

  #free(): void {
    this.#occupancy = "free";
    this.#context.changed();
  }

  async #reset(process: ManagedProcess<Request, Result>): Promise<boolean> {
    const { resetTimeoutMs } = this.#context.options;
    let done = false;
    const controller = new AbortController();
    const reset = process.connection.reset?.(controller.signal).then(
      () => {
        done = true;
      },
      () => {},
    );
    await within(Promise.race([reset, process.ended]), resetTimeoutMs, this.#context.clock);
    if (!done) controller.abort();
    return done && process.state === "ready";
  }

  /** Ends the process and brings up the next one, without anybody waiting for it. */
  #replace(reason: TerminationReason): void {
    // In any other state somebody else is already at it: a stop, a restart, the wait after a crash.
    if (this.#state !== "ready") return;
    const process = this.#process;
    this.#setState("stopping");
    void this.#lock.run(async () => {
      if (process !== this.#process || this.#state === "stopped") return;
      await this.#endProcess(reason);
      // Its failure shows in the state; nobody waits for this promise.
      await this.#bringUp().catch(() => {});
    });
  }

  async #endProcess(reason: TerminationReason): Promise<void> {
    const process = this.#process;
    if (process === null) return;
    this.#setState("stopping");
    await process.terminate(reason);
    this.#forget(process, await process.ended);
  }

  /** Starts until a process is ready or the budget is spent. Called under the lock. */
  async #bringUp(): Promise<void> {
    const signal = this.#abort.signal;
    while (true) {
      signal.throwIfAborted();
      this.#setState("starting");
      const leave = await this.#context.gate.enter();
      try {
        signal.throwIfAborted();
        await this.#launch(undefined);
        this.#detail = null;
        this.#setState("ready");
        return;
      } catch (thrown) {
        const error = toError(thrown);
        signal.throwIfAborted();
        const wait = permanent(error) ? null : this.#budget.crash(this.#context.clock.elapsed());
        if (wait === null) throw this.#fail(error);
        leave();
        await this.#backOff(wait, error.message, signal);
      } finally {
        leave();
      }
    }
  }

  async #launch(request: Request | undefined): Promise<ManagedProcess<Request, Result>> {
    const { adapter, host, options, clock } = this.#context;
    const generation = this.#generation;
    this.#generation += 1;
    this.#context.emit({
      type: "process.starting",
      at: clock.now(),
      instance: this.index,
      generation,
    });
    const began = clock.elapsed();
    const process = await ManagedProcess.launch({
      adapter,
      host,
      slot: { index: this.index, generation, cwd: await options.cwd(this.index) },
      ...(request === undefined ? {} : { request }),
      clock,
      startTimeoutMs: options.startTimeoutMs,
      graceMs: options.graceMs,
      transcript: this.#transcript,
      signal: this.#abort.signal,
    });
    this.#process = process;
    this.#startedAt = process.startedAt;
    this.#endedAt = null;
    this.#context.emit({
      type: "process.ready",
      at: clock.now(),
      instance: this.index,
      generation,
      pid: process.pid,
      startMs: clock.elapsed() - began,
    });
    void process.ended.then((end) => this.#onEnded(process, end));
    return process;
  }

  #onEnded(process: ManagedProcess<Request, Result>, end: ProcessEnd): void {
    if (this.#process !== process) return;
    const detail = process.exitError(end.exit, "").message;
    this.#forget(process, end);
    if (end.reason !== "exited" || this.oneShot) return;
    const wait = this.#budget.crash(this.#context.clock.elapsed());
    if (wait === null) {
      this.#fail(new Error(detail));
      return;
    }
    const signal = this.#abort.signal;
    void this.#lock.run(async () => {
      if (this.#process !== null || signal.aborted) return;
      await this.#backOff(wait, detail, signal);
      // Its failure shows in the state; nobody waits for this promise.
      await this.#bringUp().catch(() => {});
    });
  }

  #forget(process: ManagedProcess<Request, Result>, end: ProcessEnd): void {
    if (this.#process !== process) return;
    this.#process = null;
    this.keys.clear();
    this.#lastExit = end.exit;
    this.#endedAt = this.#context.clock.now();
    this.#context.emit({
      type: "process.ended",
      at: this.#endedAt,
      instance: this.index,
      generation: this.#generation - 1,
      exit: end.exit,
      reason: end.reason,
    });
  }

  #fail(error: Error): PoolError {
    this.#detail = error.message;
    this.#setState("failed");
    return error instanceof PoolError
      ? error
      : new PoolError("INSTANCE_UNAVAILABLE", error.message, { cause: error });
  }

  async #backOff(wait: number, detail: string, signal: AbortSignal): Promise<void> {
    this.#detail = detail;
    this.#setState("backoff");
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await within(aborted, wait, this.#context.clock);
  }

  /** The one place where the state changes. */
  #setState(state: InstanceState): void {
    if (this.#state === state) return;
    this.#state = state;
    const { clock } = this.#context;
    this.#context.emit({
      type: "instance.state",
      at: clock.now(),
      instance: this.index,
      state,
      ...(this.#detail === null ? {} : { detail: this.#detail }),
    });
    this.#context.changed();
  }
}

/** Whether another try would meet the same: the executable is missing or cannot be run. */
function permanent(error: Error): boolean {
  if (!(error instanceof ProcessStartError)) return false;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return code !== "EAGAIN" && code !== "EMFILE" && code !== "ENFILE" && code !== "ENOMEM";
}
