import type { SessionOptions, ToolSession } from "../contract/tool-connection.ts";
import { toError } from "../errors/pool-error.ts";
import { endedBeforeTurn, instanceUnavailable, sessionsUnsupported } from "../errors/refusals.ts";
import type { TerminationReason } from "../events/pool-event.ts";
import type { Candidate } from "../lease/dispatcher.ts";
import type { ReleaseMode } from "../pool/options.ts";
import type { InstanceStatus } from "../pool/status.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { within } from "../process/termination.ts";
import type { TranscriptPosition } from "../transcript/position.ts";
import { Transcript } from "../transcript/transcript.ts";
import { runTurn } from "../turn/run-turn.ts";
import { failed, type TurnEnd, type TurnTerms, type TurnVerdict } from "../turn/turn-terms.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { InstanceContext } from "./instance-context.ts";
import type { InstanceState, Occupancy } from "./instance-state.ts";
import { ProcessKeeper } from "./process-keeper.ts";
import { Recycling } from "./recycling.ts";
import { type SpareUser, URGENCY } from "./spare-places.ts";

/** A numbered place in a pool: its process is kept by a keeper, its time is given out in leases. */
export class Instance<Request, Result> implements TurnEnd<Result>, Candidate, SpareUser {
  readonly index: number;
  readonly oneShot: boolean;
  readonly #context: InstanceContext<Request, Result>;
  readonly #transcript: Transcript | null;
  readonly #keeper: ProcessKeeper<Request, Result>;
  /** Who waits for the end of the present turn. */
  #waiting: TurnEnd<Result> | null = null;
  #occupancy: Occupancy = "free";
  readonly #heartbeat: Heartbeat<Request, Result>;
  /** Null where nothing is ever recycled. */
  readonly #recycling: Recycling<Request, Result> | null;
  #turnsDone = 0;
  #turnsFailed = 0;
  #retiring = false;
  /** The process that the present lease began with, or whose turn was the last in it. */
  #served: ManagedProcess<Request, Result> | null = null;

  constructor(index: number, context: InstanceContext<Request, Result>) {
    this.index = index;
    this.oneShot = context.adapter.capabilities?.oneShot === true;
    this.#context = context;
    const { transcripts } = context.options;
    this.#transcript =
      transcripts === null
        ? null
        : new Transcript(transcripts, index, context.redaction, () => context.clock.now());
    this.#keeper = new ProcessKeeper(index, context, this.#transcript);
    this.#recycling = this.#makeRecycling();
    this.#heartbeat = this.#makeHeartbeat();
  }

  get state(): InstanceState {
    return this.#keeper.record.state;
  }

  get occupancy(): Occupancy {
    return this.#occupancy;
  }

  get conversation(): object {
    return this.#keeper.seat.conversation;
  }

  get failure(): Error | null {
    return this.#keeper.record.failure;
  }

  get transcript(): TranscriptPosition | null {
    return this.#transcript?.position ?? null;
  }

  get generation(): number {
    return this.#keeper.record.generation;
  }

  get retiring(): boolean {
    return this.#retiring;
  }

  get available(): boolean {
    if (this.#occupancy !== "free" || this.#retiring) return false;
    if (this.oneShot) return this.state === "idle";
    if (this.#heartbeat.asking) return false;
    return this.state === "ready" && this.#keeper.process?.state === "ready";
  }

  /** Whether it can still become available without the caller's help. */
  get hopeful(): boolean {
    return !this.#retiring && this.state !== "stopped" && this.state !== "failed";
  }

  get urgency(): SpareUser["urgency"] {
    if (this.#recycling?.due === true) return URGENCY.now;
    if (this.#occupancy === "free") return URGENCY.idle;
    return this.#context.options.afterTurn === "replace" ? URGENCY.withLease : URGENCY.perhaps;
  }

  issue(): number {
    return this.#keeper.record.issue();
  }

  spareReady(): void {
    this.#recycling?.tryNow();
  }

  whenReady(): Promise<void> {
    return this.#keeper.whenReady();
  }

  /** @throws {PoolError} INSTANCE_UNAVAILABLE when it leaves the pool. */
  async start(): Promise<void> {
    if (this.#retiring) throw instanceUnavailable(this);
    return this.#keeper.start();
  }

  stop(reason: TerminationReason, graceMs?: number): Promise<void> {
    return this.#keeper.stop(reason, graceMs);
  }

  /** @throws {PoolError} INSTANCE_UNAVAILABLE when it leaves the pool. */
  async restart(): Promise<void> {
    if (this.#retiring) throw instanceUnavailable(this);
    return this.#keeper.restart();
  }

  /** It leaves the pool when its lease ends, takes no other one and is not started again. */
  retire(): void {
    this.#retiring = true;
    this.#context.changed();
  }

  /** The end of an instance that was retired. */
  async leave(): Promise<void> {
    await this.#keeper.retire("stop");
    await this.closeTranscript();
  }

  async closeTranscript(): Promise<void> {
    await this.#transcript?.close();
  }

  take(): void {
    this.#occupancy = "leased";
    this.#served = this.#keeper.process;
    this.#context.spares.refill();
  }

  /** Ends a lease: at once, or with a promise of that, which never rejects. */
  release(mode: ReleaseMode): Promise<void> | undefined {
    const { process } = this.#keeper;
    // A successor that came in the midst of the lease has served nobody.
    const served = process === this.#served;
    this.#served = null;
    if (mode === "keep" || !served || process?.state !== "ready") return this.#free();
    if (mode === "reset" && process.connection.reset !== undefined) {
      return this.#resetAndFree(process);
    }
    this.#keeper.replace(process, mode === "reset" ? "reset" : "replaced");
    return this.#free();
  }

  /** One turn on its process, or on a process of its own where the tool is one-shot. */
  run(
    request: Request,
    terms: TurnTerms,
    end: TurnEnd<Result>,
    session?: ToolSession<Request, Result>,
  ): void {
    this.#waiting = end;
    if (this.oneShot) {
      this.#runOnce(request, terms).then(
        (verdict) => this.ended(verdict),
        // A turn that was given up says so, whatever that made of its start.
        (thrown) => this.ended(failed(terms.stopper.how?.error ?? toError(thrown), false)),
      );
      return;
    }
    const { process } = this.#keeper;
    if (process?.state === "ready") {
      this.#served = process;
      runTurn(request, process, terms, this, session ?? process.connection);
      return;
    }
    // In any other state a successor is on its way.
    const down = this.state === "stopped" || this.state === "failed";
    const lost = down ? instanceUnavailable(this) : endedBeforeTurn(this.index);
    this.ended(failed(terms.stopper.how?.error ?? lost, false));
  }

  /** @throws {PoolError} SESSIONS_UNSUPPORTED, PROCESS_EXITED, or why the tool opens none. */
  async openSession(options: SessionOptions): Promise<ToolSession<Request, Result>> {
    const { process } = this.#keeper;
    if (process?.state !== "ready") throw endedBeforeTurn(this.index);
    const { connection } = process;
    if (connection.openSession === undefined) throw sessionsUnsupported();
    return connection.openSession(options);
  }

  /** The turn that it runs has ended. */
  ended(verdict: TurnVerdict<Result>): void {
    if (verdict.kind === "done") this.#turnsDone += 1;
    else this.#turnsFailed += 1;
    if (verdict.fit) this.#recycling?.turnEnded();
    else if (this.#served !== null) this.#keeper.replace(this.#served, "replaced");
    const end = this.#waiting;
    this.#waiting = null;
    end?.ended(verdict);
  }

  status(inFlight: number): InstanceStatus {
    const { record } = this.#keeper;
    return {
      index: this.index,
      state: record.state,
      occupancy: this.#occupancy,
      alive: record.pid !== null,
      pid: record.pid,
      generation: record.generation,
      inFlight,
      turnsDone: this.#turnsDone,
      turnsFailed: this.#turnsFailed,
      startedAt: record.startedAt,
      endedAt: record.endedAt,
      lastExit: record.lastExit,
      detail: record.detail,
    };
  }

  #runOnce(request: Request, terms: TurnTerms): Promise<TurnVerdict<Result>> {
    return this.#keeper.useOnce(
      request,
      terms.stopper.signal,
      (process) => new Promise((ended) => runTurn(request, process, terms, { ended })),
    );
  }

  #makeHeartbeat(): Heartbeat<Request, Result> {
    const keeper = this.#keeper;
    const heartbeat = new Heartbeat(this.#context, {
      idle: () => this.available,
      recovered: () => {
        if (this.#occupancy === "free") this.#free();
      },
      dead: (process) => keeper.bury(process),
    });
    keeper.seat.watch(heartbeat);
    return heartbeat;
  }

  #makeRecycling(): Recycling<Request, Result> | null {
    const { turns, ageMs, memoryBytes } = this.#context.options.recycle;
    if (this.oneShot || ![turns, ageMs, memoryBytes].some(Number.isFinite)) return null;
    const keeper = this.#keeper;
    const recycling = new Recycling(this.#context, {
      index: this.index,
      idle: () => this.available,
      renew: (process) => keeper.renew(process, "recycled"),
      replace: (process) => keeper.replace(process, "recycled"),
    });
    keeper.seat.watch(recycling);
    return recycling;
  }

  #free(): undefined {
    this.#occupancy = "free";
    this.#recycling?.tryNow();
    this.#context.changed();
  }

  async #resetAndFree(process: ManagedProcess<Request, Result>): Promise<void> {
    this.#occupancy = "resetting";
    if (await this.#reset(process)) this.#keeper.seat.forget();
    else this.#keeper.replace(process, "reset");
    this.#free();
  }

  async #reset(process: ManagedProcess<Request, Result>): Promise<boolean> {
    const { resetTimeoutMs, maxTurnBytes } = this.#context.options;
    const controller = new AbortController();
    const outcome = Promise.withResolvers<boolean>();
    const giveUp = (): void => outcome.resolve(false);
    const forgetEnd = process.onEnd(giveUp);
    const watch = { limit: maxTurnBytes, onLimit: giveUp };
    process.watch(watch);
    const reset = async (): Promise<boolean> => {
      await process.connection.reset?.(controller.signal);
      return true;
    };
    reset().then(outcome.resolve, giveUp);
    const inTime = await within(outcome.promise, resetTimeoutMs, this.#context.clock);
    forgetEnd();
    process.unwatch(watch);
    const done = inTime && (await outcome.promise) && process.state === "ready";
    if (!done) controller.abort(new Error("The reset took too long."));
    return done;
  }
}
