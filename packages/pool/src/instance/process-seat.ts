import type { TerminationReason } from "../events/pool-event.ts";
import type { ProcessEnd } from "../process/end-note.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import type { Transcript } from "../transcript/transcript.ts";
import type { InstanceContext } from "./instance-context.ts";
import { launchInTurn } from "./launch-in-turn.ts";
import type { ProcessRecord } from "./process-record.ts";
import type { Spare } from "./spare.ts";

/** Who wants to know which process of an instance serves. */
export interface ServiceWatcher<Request, Result> {
  /** This one from now on; null for none. */
  serving(process: ManagedProcess<Request, Result> | null): void;
}

/** What the owner of a seat is told of whoever sits there. */
export interface SeatOwner<Request, Result> {
  /** It has exited by itself; its output is not drained yet. */
  exited(process: ManagedProcess<Request, Result>): void;
  /** It has ended, and nobody has taken its place. */
  vacated(process: ManagedProcess<Request, Result>, end: ProcessEnd): void;
}

/**
 * The process of an instance, and those whose place it has taken, which may end much later. Whoever
 * asks for the end of one asks for the end of all.
 */
export class ProcessSeat<Request, Result> {
  readonly #index: number;
  readonly #context: InstanceContext<Request, Result>;
  readonly #transcript: Transcript | null;
  readonly #record: ProcessRecord;
  readonly #owner: SeatOwner<Request, Result>;
  /** Who sits here, and those before of whom something is left. */
  readonly #present = new Set<ManagedProcess<Request, Result>>();
  readonly #watchers: ServiceWatcher<Request, Result>[] = [];
  #process: ManagedProcess<Request, Result> | null = null;
  #conversation: object = {};

  constructor(
    index: number,
    context: InstanceContext<Request, Result>,
    transcript: Transcript | null,
    record: ProcessRecord,
    owner: SeatOwner<Request, Result>,
  ) {
    this.#index = index;
    this.#context = context;
    this.#transcript = transcript;
    this.#record = record;
    this.#owner = owner;
  }

  get process(): ManagedProcess<Request, Result> | null {
    return this.#process;
  }

  /** Another one whenever the context of the instance is lost. */
  get conversation(): object {
    return this.#conversation;
  }

  watch(watcher: ServiceWatcher<Request, Result>): void {
    this.#watchers.push(watcher);
  }

  /** The context is lost although the process may live. */
  forget(): void {
    this.#conversation = {};
    this.#context.forgotten(this.#index);
  }

  /** Starts a process, which sits here as soon as it exists. Rejects when it is gone again. */
  async start(signal: AbortSignal, request?: Request): Promise<ManagedProcess<Request, Result>> {
    const process = await launchInTurn(this.#context, {
      rank: "instance",
      folderOf: this.#index,
      transcript: this.#transcript,
      ...(request === undefined ? {} : { request }),
      signal,
      begin: () => {
        this.#record.starting();
        return { index: this.#index, generation: this.#record.issue() };
      },
      spawned: (spawned) => {
        this.#record.spawned(spawned);
        this.#adopt(spawned);
      },
      late: (ms, detail) => this.#record.late(ms, detail),
    });
    this.#record.ready(process.pid);
    return process;
  }

  /** A spare takes the place of whoever is here, and serves at once. */
  give(spare: Spare<Request, Result>): void {
    const { process, startMs } = spare;
    if (process === null) throw new TypeError("A spare that was taken has a process.");
    if (this.#process !== null) this.forget();
    if (this.#transcript !== null) spare.transcript?.attach(this.#transcript);
    // Before anybody hears of it: who then asks for the status finds it there.
    this.#process = process;
    this.#record.took({ pid: process.pid, startedAt: process.startedAt, startMs });
    this.#adopt(process);
    this.serve();
  }

  /** Whoever sits here serves from now on. */
  serve(): void {
    for (const watcher of this.#watchers) watcher.serving(this.#process);
    this.#record.setState("ready");
  }

  /** Ends whoever sits here. */
  async end(reason: TerminationReason, graceMs?: number): Promise<void> {
    if (this.#process === null) return;
    this.#record.setState("stopping");
    await this.#process.terminate(reason, graceMs);
  }

  /** As {@link end}, with all those before. Resolves when nothing of them is left. */
  async clear(reason: TerminationReason, graceMs?: number): Promise<void> {
    if (this.#process !== null) this.#record.setState("stopping");
    await Promise.all([...this.#present].map((process) => process.terminate(reason, graceMs)));
    await Promise.all([...this.#present].map((process) => process.gone()));
  }

  #adopt(process: ManagedProcess<Request, Result>): void {
    this.#process = process;
    this.#present.add(process);
    void process.swept.then(() => this.#present.delete(process));
    const generation = this.#record.generation - 1;
    process.onExit = () => {
      if (this.#process === process) this.#owner.exited(process);
    };
    void process.ended.then((end) => {
      this.#record.ended(end, generation);
      this.#onEnded(process, end);
    });
  }

  #onEnded(process: ManagedProcess<Request, Result>, end: ProcessEnd): void {
    if (this.#process !== process) return;
    this.#process = null;
    for (const watcher of this.#watchers) watcher.serving(null);
    this.forget();
    this.#owner.vacated(process, end);
  }
}
