import type { Exit, ToolProcess } from "../contract/process-host.ts";
import type { ToolConnection } from "../contract/tool-connection.ts";
import { inheritedEnvironment } from "../environment/inherited-environment.ts";
import { PoolError, toError } from "../errors/pool-error.ts";
import { ProcessExitedError, ProcessStartError, ProtocolError } from "../errors/turn-errors.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import { Tail } from "../framing/tail.ts";
import type { Clock } from "../pool/clock.ts";
import { abortable } from "./abortable.ts";
import { endDescendants, hurryDescendants } from "./descendants.ts";
import { endGroup } from "./end-group.ts";
import { endNote, type ProcessEnd, quoteLastWords } from "./end-note.ts";
import { Grace } from "./grace.ts";
import type { Launch } from "./launch.ts";
import { markedEnvironment, newMarker } from "./marker.ts";
import { privateMemory } from "./private-memory.ts";
import { drainAfterExit } from "./stream-drain.ts";
import { terminate, within } from "./termination.ts";

const TAIL_BYTES = 8 * 1024;

/** The life of a process. It only goes forward; one that has exited and is being read is `stopping`. */
export type ProcessState = "starting" | "ready" | "stopping" | "ended";

/** Follows the output of one phase (the start, a turn, a reset), and bounds it. */
export interface OutputWatch {
  readonly limit: number;
  onOutput?(bytes: number): void;
  /** More than `limit` bytes came. Its output is not read any more. */
  onLimit(): void;
  /** The process has ended. */
  onEnd?(): void;
}

/** One process of the pool from its start to its end, with the connection that speaks with it. */
export class ManagedProcess<Request, Result> {
  readonly startedAt: number;
  /** Resolves once the process has ended, its output is drained and its group is gone. */
  readonly ended: Promise<ProcessEnd>;
  /**
   * Resolves some time after that, when nothing of it is left, a descendant in a session of its own
   * included.
   */
  readonly swept: Promise<void>;
  readonly #process: ToolProcess;
  readonly #began: number;
  readonly #launch: Launch<Request, Result>;
  readonly #stderr = new Tail(TAIL_BYTES);
  /** Stdout outside of turns. */
  readonly #stray = new Tail(TAIL_BYTES);
  readonly #onEnd = new Set<() => void>();
  #connection: ToolConnection<Request, Result> | null = null;
  #state: ProcessState = "starting";
  #reason: TerminationReason | null = null;
  #termination: { readonly grace: Grace; readonly over: Promise<void> } | null = null;
  #watch: OutputWatch | null = null;
  #watched = 0;
  /** It was ended because nothing more could come from it. */
  #muted = false;
  /** Told at once when it exits by itself, before its output is drained. */
  onExit: () => void = () => {};

  /**
   * Starts a process, which is not ready yet.
   * @throws {PoolError} PROCESS_START_FAILED, or what `signal` carries.
   */
  static async spawn<Request, Result>(
    launch: Launch<Request, Result>,
    signal: AbortSignal,
  ): Promise<ManagedProcess<Request, Result>> {
    const { adapter, host, slot, ledger } = launch;
    const command = await abortable(signal, async () => adapter.command(slot, launch.request));
    const spec = {
      file: command.file,
      args: command.args ?? [],
      cwd: command.cwd ?? slot.cwd,
      env: command.env ?? inheritedEnvironment(),
    };
    const marker = newMarker();
    ledger.expect(marker);
    try {
      const env = markedEnvironment(spec.env, marker);
      const process = await host.start({ ...spec, env }, signal);
      ledger.started(marker, process.pid);
      return new ManagedProcess(process, launch, marker);
    } catch (error) {
      ledger.ended(marker);
      throw error;
    }
  }

  private constructor(process: ToolProcess, launch: Launch<Request, Result>, marker: string) {
    this.#launch = launch;
    this.startedAt = launch.clock.now();
    this.#began = launch.clock.elapsed();
    this.#process = launch.transcript === null ? process : launch.transcript.tap(process);
    this.#process.stdout.on("data", (chunk: Buffer) => this.#observe(chunk, this.#stray));
    this.#process.stderr?.on("data", (chunk: Buffer) => this.#observe(chunk, this.#stderr));
    // Streams of a killed process may fail; how it ended is told by its exit.
    for (const stream of [this.#process.stdin, this.#process.stdout, this.#process.stderr]) {
      stream?.on("error", () => {});
    }
    this.ended = this.#followToItsEnd();
    this.swept = this.#endDescendants(marker);
    if (launch.adapter.capabilities?.oneShot !== true) {
      this.#process.stdout.once("end", () => void this.#endTheMute());
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Milliseconds since its start. */
  get age(): number {
    return this.#launch.clock.elapsed() - this.#began;
  }

  /** Bytes that it shares with no other process; null when that cannot be told (any more). */
  async memory(): Promise<number | null> {
    if (this.#state === "ended") return null;
    return this.#process.memory === undefined ? privateMemory(this.pid) : this.#process.memory();
  }

  get clock(): Clock {
    return this.#launch.clock;
  }

  /** Whether its exit ends its only turn. */
  get oneShot(): boolean {
    return this.#launch.adapter.capabilities?.oneShot === true;
  }

  get state(): ProcessState {
    return this.#state;
  }

  /** Why it ended or is being ended; null while nobody has thought of it. */
  get reason(): TerminationReason | null {
    return this.#reason;
  }

  /** Only after {@link becomeReady} has been called. */
  get connection(): ToolConnection<Request, Result> {
    return this.#connection as ToolConnection<Request, Result>;
  }

  /** Calls back when it has ended. Returns the function that takes that back. */
  onEnd(callback: () => void): () => void {
    // Not `ended.then`: a warm process serves thousands of turns, and a promise never forgets.
    if (this.#state === "ended") queueMicrotask(callback);
    else this.#onEnd.add(callback);
    return () => {
      this.#onEnd.delete(callback);
    };
  }

  /** Follows the output until {@link unwatch}. */
  watch(watch: OutputWatch): void {
    // What it said before would only mislead in an error of this phase.
    this.#stderr.clear();
    this.#stray.clear();
    this.#watched = 0;
    this.#watch = watch;
    if (this.#state === "ended") queueMicrotask(() => watch.onEnd?.());
  }

  unwatch(watch: OutputWatch): void {
    if (this.#watch === watch) this.#watch = null;
  }

  /**
   * Ends the process. The first reason wins; a later call waits for the same end, and makes it come
   * sooner when it has less patience.
   */
  terminate(reason: TerminationReason, graceMs: number = this.#launch.graceMs): Promise<void> {
    this.#reason ??= reason;
    if (this.#termination === null) {
      const grace = new Grace(graceMs, this.#launch.clock);
      this.#termination = { grace, over: this.#terminate(grace) };
    } else this.#termination.grace.shorten(graceMs);
    return this.#termination.over;
  }

  /** As {@link swept}, which comes sooner when somebody waits for it. */
  async gone(): Promise<void> {
    await this.ended;
    hurryDescendants();
    await this.swept;
  }

  /** The error for whoever was counting on this process. */
  exitError(end: ProcessEnd, when: string, cause?: unknown): ProcessExitedError {
    const last = this.#lastWords();
    return new ProcessExitedError(
      endNote(this.#launch.adapter.name, end, when, last),
      end.exit,
      last.stderr,
      cause === undefined ? undefined : { cause },
    );
  }

  /**
   * Connects, and resolves when it takes its first request; otherwise it is ended.
   * @throws {PoolError} PROCESS_START_FAILED, START_TIMEOUT, PROCESS_EXITED, PROTOCOL_VIOLATION, or
   * what the launch's signal carries.
   */
  async becomeReady(signal: AbortSignal): Promise<void> {
    const { adapter, maxStartBytes } = this.#launch;
    const { oneShot } = this;
    const giveUp = new AbortController();
    const failure = Promise.withResolvers<never>();
    const onAbort = (): void => failure.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const watch: OutputWatch = {
      limit: maxStartBytes,
      onLimit: () => failure.reject(floodAtStart(adapter.name, maxStartBytes)),
    };
    this.watch(watch);
    // The exit of a one-shot tool ends its turn, however soon it comes.
    const forgetEnd = oneShot
      ? () => {}
      : this.onEnd(() => void this.ended.then((end) => failure.reject(this.#exitAtStart(end))));
    try {
      await Promise.race([failure.promise, this.#connect(giveUp.signal)]);
      if (this.#state === "starting") this.#state = "ready";
      // What it said with its last breath, or what it left behind said, does not make it ready.
      else if (!oneShot) throw this.#exitAtStart(await this.ended);
    } catch (error) {
      giveUp.abort(error);
      // What ends it gives the better explanation than what its connection makes of that.
      const end = this.#reason === "exited" ? await this.ended : null;
      await this.terminate("start-failed");
      if (signal.aborted) throw signal.reason;
      throw end === null ? startFailure(adapter.name, error) : this.#exitAtStart(end, error);
    } finally {
      this.unwatch(watch);
      forgetEnd();
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** START_TIMEOUT, with what it said so far. */
  startTimeout(): PoolError {
    const { adapter, startTimeoutMs } = this.#launch;
    return new PoolError(
      "START_TIMEOUT",
      `${adapter.name} was not ready within ${startTimeoutMs} ms. If it needs longer, raise ` +
        `startTimeoutMs. ${quoteLastWords(this.#lastWords())}`,
    );
  }

  async #connect(signal: AbortSignal): Promise<void> {
    this.#connection = this.#launch.adapter.connect(this.#process);
    await this.#connection.ready(signal);
  }

  #exitAtStart(end: ProcessEnd, cause?: unknown): ProcessExitedError {
    return this.exitError(end, " before it was ready", cause);
  }

  #lastWords(): { readonly stderr: string; readonly stdout: string } {
    const { redact } = this.#launch;
    return {
      stderr: redact(this.#stderr.toString()).trim(),
      stdout: redact(this.#stray.toString()).trim(),
    };
  }

  async #terminate(grace: Grace): Promise<void> {
    if (this.#state === "ended" || this.#reason === "exited") {
      await this.ended;
      return;
    }
    const polite = this.#state === "ready" && this.#watch === null;
    this.#state = "stopping";
    const connection = this.#connection;
    await terminate(this.#process, {
      grace,
      ...(polite && connection?.close ? { goodbye: async () => connection.close?.() } : {}),
    });
    await this.ended;
  }

  /**
   * One that has closed its stdout and lives on would be waited for in vain. It counts as one that has
   * exited by itself.
   */
  async #endTheMute(): Promise<void> {
    const { graceMs, clock } = this.#launch;
    const exited = await within(this.#process.exited, graceMs, clock);
    if (exited || this.#reason !== null) return;
    this.#muted = true;
    await terminate(this.#process, { grace: new Grace(graceMs, clock) });
  }

  async #followToItsEnd(): Promise<ProcessEnd> {
    const exit = await this.#process.exited.catch(lostSight);
    const byItself = this.#reason === null;
    this.#reason ??= "exited";
    this.#state = "stopping";
    if (byItself) this.onExit();
    const { clock } = this.#launch;
    await Promise.all([
      drainAfterExit(this.#process.stdout, clock),
      drainAfterExit(this.#process.stderr, clock),
    ]);
    // What it left running in its group would outlive the pool.
    await endGroup(this.#process);
    this.#process.stdin.destroy();
    this.#state = "ended";
    this.#watch?.onEnd?.();
    for (const callback of this.#onEnd) callback();
    this.#onEnd.clear();
    return { exit, reason: this.#reason, muted: this.#muted };
  }

  /** Beside the end: a turn does not wait for a look through all processes of the machine. */
  async #endDescendants(marker: string): Promise<void> {
    await this.ended;
    await endDescendants(marker);
    this.#launch.ledger.ended(marker);
  }

  #observe(chunk: Buffer, tail: Tail): void {
    const watch = this.#watch;
    const stray = this.#state !== "ready" || watch === null;
    // On a terminal it has no other place for its last words.
    if (tail === this.#stderr || stray || this.#process.stderr === null) tail.push(chunk);
    if (watch === null) return;
    this.#watched += chunk.length;
    watch.onOutput?.(chunk.length);
    if (this.#watched <= watch.limit) return;
    // Nothing holds what nobody will read: it may print until it is gone.
    this.#process.stdout.destroy();
    this.#process.stderr?.destroy();
    watch.onLimit();
  }
}

/** A host must not reject here; one that does must not keep an end away. */
function lostSight(thrown: unknown): Exit {
  return { kind: "unknown", reason: toError(thrown).message };
}

function floodAtStart(name: string, limit: number): ProtocolError {
  return new ProtocolError(
    `${name} printed more than ${limit} bytes before it was ready. ` +
      "If so much output is right, raise maxTurnBytes.",
  );
}

function startFailure(name: string, thrown: unknown): Error {
  const failure = toError(thrown);
  if (failure instanceof PoolError) return failure;
  return new ProcessStartError(`${name} did not become ready: ${failure.message}`, {
    cause: failure,
  });
}
