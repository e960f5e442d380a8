import type { Exit, ProcessHost, ToolProcess } from "../contract/process-host.ts";
import type { Slot, ToolAdapter } from "../contract/tool-adapter.ts";
import type { ToolConnection } from "../contract/tool-connection.ts";
import { inheritedEnvironment } from "../environment/inherited-environment.ts";
import { PoolError, toError } from "../errors/pool-error.ts";
import { ProcessExitedError, ProcessStartError } from "../errors/turn-errors.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import { Tail } from "../framing/tail.ts";
import type { Clock } from "../pool/clock.ts";
import type { Transcript } from "../transcript/transcript.ts";
import { describeExit } from "./describe-exit.ts";
import { drainAfterExit } from "./stream-drain.ts";
import { terminate, within } from "./termination.ts";

const STDERR_TAIL_BYTES = 8 * 1024;
const STRAY_TAIL_BYTES = 8 * 1024;
const DRAIN_QUIET_MS = 100;

/** The life of a process. It only goes forward. */
export type ProcessState = "starting" | "ready" | "stopping" | "ended";

/** How a process ended, and why. */
export interface ProcessEnd {
  readonly exit: Exit;
  readonly reason: TerminationReason;
}

/** What a process is launched with. */
export interface Launch<Request, Result> {
  readonly adapter: ToolAdapter<Request, Result>;
  readonly host: ProcessHost;
  readonly slot: Slot;
  /** The request of a one-shot tool. */
  readonly request?: Request;
  readonly clock: Clock;
  readonly startTimeoutMs: number;
  readonly graceMs: number;
  readonly transcript: Transcript | null;
  readonly signal: AbortSignal;
}

/** One process of the pool from its start to its end, with the connection that speaks with it. */
export class ManagedProcess<Request, Result> {
  readonly connection: ToolConnection<Request, Result>;
  readonly startedAt: number;
  /** Resolves once the process has ended, its output is drained and its group is gone. */
  readonly ended: Promise<ProcessEnd>;
  readonly #process: ToolProcess;
  readonly #launch: Launch<Request, Result>;
  readonly #stderr = new Tail(STDERR_TAIL_BYTES);
  readonly #stray = new Tail(STRAY_TAIL_BYTES);
  #state: ProcessState = "starting";
  #reason: TerminationReason | null = null;
  #termination: Promise<void> | null = null;
  #onOutput: ((bytes: number) => void) | null = null;

  /**
   * Starts a process and resolves when it takes its first request.
   * @throws {PoolError} PROCESS_START_FAILED, START_TIMEOUT, PROCESS_EXITED; the process is then gone.
   */
  static async launch<Request, Result>(
    launch: Launch<Request, Result>,
  ): Promise<ManagedProcess<Request, Result>> {
    const { adapter, host, slot, signal } = launch;
    const command = await adapter.command(slot, launch.request);
    const spec = {
      file: command.file,
      args: command.args ?? [],
      cwd: command.cwd ?? slot.cwd,
      env: command.env ?? inheritedEnvironment(),
    };
    const process = await host.start(spec, signal);
    const managed = new ManagedProcess(process, launch);
    await managed.#becomeReady();
    return managed;
  }

  private constructor(process: ToolProcess, launch: Launch<Request, Result>) {
    this.#launch = launch;
    this.startedAt = launch.clock.now();
    this.#process = launch.transcript === null ? process : launch.transcript.tap(process);
    this.#process.stdout.on("data", (chunk: Buffer) => this.#observe(chunk, this.#stray));
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr.push(chunk);
      this.#observe(chunk, null);
    });
    // Streams of a killed process may fail; how it ended is told by its exit.
    for (const stream of [this.#process.stdin, this.#process.stdout, this.#process.stderr]) {
      stream?.on("error", () => {});
    }
    this.ended = this.#followToItsEnd();
    this.connection = launch.adapter.connect(this.#process);
  }

  get pid(): number {
    return this.#process.pid;
  }

  get state(): ProcessState {
    return this.#state;
  }

  /** The end of its stderr. */
  get stderr(): string {
    return this.#stderr.toString();
  }

  /** The end of what it printed on stdout between turns. */
  get stray(): string {
    return this.#stray.toString();
  }

  /** Who is told of every byte of output; null between turns. */
  set onOutput(listener: ((bytes: number) => void) | null) {
    // What it said before the turn would only mislead in an error of the turn.
    if (listener !== null) this.#stderr.clear();
    this.#onOutput = listener;
  }

  /** Ends the process. The first reason wins; a later call waits for the same end. */
  terminate(reason: TerminationReason, graceMs: number = this.#launch.graceMs): Promise<void> {
    this.#reason ??= reason;
    this.#termination ??= this.#terminate(graceMs);
    return this.#termination;
  }

  /** Lets go of its output at once: for one that prints without end. */
  stopReading(): void {
    this.#process.stdout.destroy();
    this.#process.stderr?.destroy();
  }

  /** The error for whoever was counting on this process. */
  exitError(exit: Exit, when: string, cause?: unknown): ProcessExitedError {
    const { name } = this.#launch.adapter;
    const stderr = this.stderr.trim();
    const last =
      stderr === "" ? "It printed nothing on stderr." : `Its stderr ended with:\n${stderr}`;
    return new ProcessExitedError(
      `${name} ${describeExit(exit)}${when}. ${last}`,
      exit,
      stderr,
      cause === undefined ? undefined : { cause },
    );
  }

  async #terminate(graceMs: number): Promise<void> {
    const polite = this.#state === "ready" && this.#onOutput === null;
    if (this.#state !== "ended") this.#state = "stopping";
    const { close } = this.connection;
    await terminate(
      this.#process,
      {
        graceMs,
        ...(polite && close !== undefined ? { goodbye: () => close.call(this.connection) } : {}),
      },
      this.#launch.clock,
    );
    await this.ended;
  }

  async #becomeReady(): Promise<void> {
    const { clock, startTimeoutMs, signal, adapter } = this.#launch;
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    let failure: Error | null = null;
    const ready = this.connection.ready(controller.signal).catch((error: unknown) => {
      failure = toError(error);
    });
    const aborted = new Promise<void>((resolve) => {
      controller.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    const inTime = await within(Promise.race([ready, this.ended, aborted]), startTimeoutMs, clock);
    signal.removeEventListener("abort", abort);
    if (inTime && failure === null && !signal.aborted && this.#isStarting()) {
      this.#state = "ready";
      return;
    }
    controller.abort();
    const exited = this.#state === "ended" ? await this.ended : null;
    await this.terminate("start-failed");
    signal.throwIfAborted();
    if (exited !== null)
      throw this.exitError(exited.exit, " before it was ready", failure ?? undefined);
    if (failure !== null) throw startFailure(adapter.name, failure);
    throw new PoolError(
      "START_TIMEOUT",
      `${adapter.name} was not ready within ${startTimeoutMs} ms. ` +
        `If it needs longer, raise startTimeoutMs. Its stderr ended with:\n${this.stderr.trim()}`,
    );
  }

  #isStarting(): boolean {
    return this.#state === "starting";
  }

  async #followToItsEnd(): Promise<ProcessEnd> {
    const exit = await this.#process.exited;
    this.#reason ??= "exited";
    const { clock } = this.#launch;
    await Promise.all([
      drainAfterExit(this.#process.stdout, DRAIN_QUIET_MS, clock),
      drainAfterExit(this.#process.stderr, DRAIN_QUIET_MS, clock),
    ]);
    // What it left running in its group would outlive the pool.
    this.#process.kill("SIGKILL", "group");
    this.#process.stdin.destroy();
    this.#state = "ended";
    return { exit, reason: this.#reason };
  }

  #observe(chunk: Buffer, stray: Tail | null): void {
    if (this.#onOutput !== null) this.#onOutput(chunk.length);
    else stray?.push(chunk);
  }
}

function startFailure(name: string, failure: Error): Error {
  if (failure instanceof PoolError) return failure;
  return new ProcessStartError(`${name} did not become ready: ${failure.message}`, {
    cause: failure,
  });
}
