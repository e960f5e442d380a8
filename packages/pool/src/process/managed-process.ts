import type { Exit, ToolProcess } from "../contract/process-host.ts";
import type { Overdue, ToolConnection } from "../contract/tool-connection.ts";
import { inheritedEnvironment } from "../environment/inherited-environment.ts";
import { toError } from "../errors/pool-error.ts";
import { ProcessExitedError } from "../errors/turn-errors.ts";
import { withoutSecrets } from "../errors/without-secrets.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import type { Clock } from "../pool/clock.ts";
import { abortable } from "./abortable.ts";
import { endDescendants, hurryDescendants } from "./descendants.ts";
import { endGroup } from "./end-group.ts";
import { endNote, type LastWords, type ProcessEnd } from "./end-note.ts";
import { Grace } from "./grace.ts";
import type { Launch } from "./launch.ts";
import { markedEnvironment, newMarker } from "./marker.ts";
import { privateMemory } from "./private-memory.ts";
import { identify } from "./process-identity.ts";
import { type OutputWatch, ProcessOutput } from "./process-output.ts";
import { drainAfterExit } from "./stream-drain.ts";
import { terminate, within } from "./termination.ts";

const LATE_EXIT_MS = 10_000;

/** The life of a process. It only goes forward; one that has exited and is being read is `stopping`. */
export type ProcessState = "starting" | "ready" | "stopping" | "ended";

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
  readonly #output: ProcessOutput;
  readonly #onEnd = new Set<() => void>();
  #connection: ToolConnection<Request, Result> | null = null;
  #state: ProcessState = "starting";
  #reason: TerminationReason | null = null;
  #provoked: TerminationReason | null = null;
  #termination: { readonly grace: Grace; readonly over: Promise<void> } | null = null;
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
      throw withoutSecrets(error, launch.redact);
    }
  }

  private constructor(process: ToolProcess, launch: Launch<Request, Result>, marker: string) {
    this.#launch = launch;
    this.startedAt = launch.clock.now();
    this.#began = launch.clock.elapsed();
    this.#process = launch.transcript === null ? process : launch.transcript.tap(process);
    this.#output = new ProcessOutput(this.#process, () => this.#state === "ready");
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

  /** Only after {@link connect} has been called. */
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
    this.#output.watch(watch);
    if (this.#state === "ended") queueMicrotask(() => watch.onEnd?.());
  }

  unwatch(watch: OutputWatch): void {
    this.#output.unwatch(watch);
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

  /**
   * What is done to it from now on may end it: an end that comes then has this reason, and is no crash.
   * @param reason `null`: that is over.
   */
  provoke(reason: TerminationReason | null): void {
    this.#provoked = reason;
  }

  /** The error for whoever was counting on this process. */
  exitError(end: ProcessEnd, when: string, cause?: unknown): ProcessExitedError {
    const last = this.lastWords();
    return new ProcessExitedError(
      endNote(this.#launch.adapter.name, end, when, last),
      end.exit,
      last.stderr.trim(),
      cause === undefined ? undefined : { cause },
    );
  }

  /** The end of what it said, without secrets. */
  lastWords(): LastWords {
    return this.#output.lastWords(this.#launch.redact);
  }

  /** What its connection makes of a deadline that has passed, without secrets. */
  hint(of: Overdue): string | null {
    try {
      const hint = this.#connection?.hint?.(of) ?? null;
      return hint === null ? null : this.#launch.redact(hint);
    } catch {
      // The error that it was to explain counts for more.
      return null;
    }
  }

  /** Begins to speak with it. Resolves when it takes its first request. */
  async connect(signal: AbortSignal): Promise<void> {
    this.#connection = this.#launch.adapter.connect(this.#process, this.#launch.slot);
    await this.#connection.ready(signal);
  }

  /** It takes requests now. Returns whether that is so, and it has not ended meanwhile. */
  markReady(): boolean {
    if (this.#state === "starting") this.#state = "ready";
    return this.#state === "ready";
  }

  async #terminate(grace: Grace): Promise<void> {
    // One that is stopping already has exited.
    if (this.#state === "ended" || this.#state === "stopping") {
      await this.ended;
      return;
    }
    const polite = this.#state === "ready" && !this.#output.watched;
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
    const { exited } = this.#process;
    if (await within(exited, graceMs, clock)) return;
    // The exit of one that is dead is on its way: a host that is busy may be late in telling it.
    if ((await identify(this.pid)) === null) await within(exited, LATE_EXIT_MS, clock);
    if (this.#reason !== null) return;
    this.#muted = true;
    await terminate(this.#process, { grace: new Grace(graceMs, clock) });
  }

  async #followToItsEnd(): Promise<ProcessEnd> {
    const exit = await this.#process.exited.catch(lostSight);
    this.#reason ??= this.#provoked;
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
    this.#output.end();
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
}

/** A host must not reject here; one that does must not keep an end away. */
function lostSight(thrown: unknown): Exit {
  return { kind: "unknown", reason: toError(thrown).message };
}
