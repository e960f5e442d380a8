import { toError } from "../errors/pool-error.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { HeldTranscript } from "../transcript/held-transcript.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { InstanceContext } from "./instance-context.ts";
import { launchInTurn } from "./launch-in-turn.ts";

/** Where a spare is started, and for whom. */
export interface SparePlace {
  /** Null where it may serve any instance. */
  readonly instance: number | null;
  readonly index: number;
  issue(): number;
}

/** What becomes of a spare, told to the shelf it stands on. */
export interface SpareFate<Request, Result> {
  /** The gate has let it in. */
  starting(spare: Spare<Request, Result>): void;
  ready(spare: Spare<Request, Result>): void;
  /** It may be taken, again. */
  free(spare: Spare<Request, Result>): void;
  /** It has failed or ended by itself, and nobody had taken it. */
  lost(spare: Spare<Request, Result>, error: Error): void;
}

/** The life of a spare: it waits for the gate, starts, stands ready, and is taken or gone. */
export type SpareState = "waiting" | "starting" | "ready" | "taken" | "gone";

/** A process that is started ahead. */
export class Spare<Request, Result> {
  readonly place: SparePlace;
  readonly transcript: HeldTranscript | null;
  /** Somebody waits for it to become ready. */
  claimed = false;
  /** Resolves when it is ready, or will never be. */
  readonly settled: Promise<void>;
  readonly #context: InstanceContext<Request, Result>;
  readonly #fate: SpareFate<Request, Result>;
  readonly #abort = new AbortController();
  #process: ManagedProcess<Request, Result> | null = null;
  readonly #heartbeat: Heartbeat<Request, Result>;
  #state: SpareState = "waiting";
  #began = 0;
  #startMs = 0;

  constructor(
    place: SparePlace,
    context: InstanceContext<Request, Result>,
    fate: SpareFate<Request, Result>,
  ) {
    this.place = place;
    this.#context = context;
    this.#fate = fate;
    this.transcript = context.options.transcripts === null ? null : new HeldTranscript();
    this.#heartbeat = new Heartbeat(context, {
      idle: () => this.#state === "ready",
      // Who wanted it while its answer was awaited has not got it.
      recovered: () => {
        if (this.#state === "ready") this.#fate.free(this);
      },
      dead: (process) => {
        void this.#watchEnd(process);
        void process.terminate("ping-failed", 0);
      },
    });
    this.settled = this.#start();
  }

  get state(): SpareState {
    return this.#state;
  }

  get process(): ManagedProcess<Request, Result> | null {
    return this.#process;
  }

  /** From the start of the process to its first possible request. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Resolves when its process has ended; at once when it has none. */
  get ended(): Promise<unknown> {
    return this.#process?.ended ?? Promise.resolve();
  }

  suits(instance: number): boolean {
    return this.place.instance === null || this.place.instance === instance;
  }

  /** Gives its process away, if that is ready. */
  take(): boolean {
    if (this.#state !== "ready" || this.#process?.state !== "ready") return false;
    if (this.#heartbeat.asking) return false;
    this.#heartbeat.serving(null);
    this.#state = "taken";
    return true;
  }

  /** Ends it, whatever it is at. Resolves when nothing of it is left. */
  async end(reason: "stop" | "shutdown", graceMs?: number): Promise<void> {
    this.#state = "gone";
    this.#heartbeat.serving(null);
    this.#abort.abort(new Error("The spare is not needed any more."));
    await this.#process?.terminate(reason, graceMs);
    await this.settled;
    await this.#process?.gone();
  }

  async #start(): Promise<void> {
    const { signal } = this.#abort;
    const { clock } = this.#context;
    try {
      const process = await launchInTurn(this.#context, {
        rank: "spare",
        folderOf: this.place.instance ?? 0,
        transcript: this.transcript,
        signal,
        begin: () => this.#begin(),
        spawned: (spawned) => {
          this.#process = spawned;
        },
        // Nobody waits for it.
        late: () => {},
      });
      if (signal.aborted) return;
      if (process.state !== "ready") throw process.exitError(await process.ended, "");
      this.#startMs = clock.elapsed() - this.#began;
      process.onExit = () => void this.#watchEnd(process);
      this.#state = "ready";
      this.#heartbeat.serving(process);
      this.#fate.ready(this);
    } catch (thrown) {
      if (signal.aborted) return;
      this.#state = "gone";
      this.#fate.lost(this, toError(thrown));
    }
  }

  #begin(): { readonly index: number; readonly generation: number } {
    this.#began = this.#context.clock.elapsed();
    this.#state = "starting";
    this.#fate.starting(this);
    return { index: this.place.index, generation: this.place.issue() };
  }

  async #watchEnd(process: ManagedProcess<Request, Result>): Promise<void> {
    this.#state = "gone";
    this.#heartbeat.serving(null);
    const end = await process.ended;
    if (this.#abort.signal.aborted) return;
    this.#fate.lost(this, process.exitError(end, " while it waited as a spare"));
  }
}
