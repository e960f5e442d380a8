import type { Exit } from "../contract/process-host.ts";
import type { ProcessEnd } from "../process/end-note.ts";
import type { InstanceContext } from "./instance-context.ts";
import type { InstanceState } from "./instance-state.ts";

/** What is to be told of an instance's processes, now and after they are gone; tells it as events. */
export class ProcessRecord {
  readonly #instance: number;
  readonly #context: Pick<InstanceContext<never, never>, "clock" | "emit" | "changed">;
  #state: InstanceState = "idle";
  #generation = 0;
  #issued = 0;
  #began = 0;
  #present: { readonly pid: number; readonly generation: number } | null = null;
  /** Why it is in `backoff` or `failed`. */
  failure: Error | null = null;
  startedAt: number | null = null;
  endedAt: number | null = null;
  lastExit: Exit | null = null;
  /** When a process became ready, by the clock that never goes back. */
  lastReady: number | null = null;

  constructor(
    instance: number,
    context: Pick<InstanceContext<never, never>, "clock" | "emit" | "changed">,
  ) {
    this.#instance = instance;
    this.#context = context;
  }

  /** The failure in words. */
  get detail(): string | null {
    return this.failure?.message ?? null;
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** Of the process that is there: from its start until its end has been told, never longer. */
  get pid(): number | null {
    return this.#present?.pid ?? null;
  }

  /** How many processes there have been. */
  get generation(): number {
    return this.#generation;
  }

  /** The one place where the state changes. */
  setState(state: InstanceState): void {
    if (this.#state === state) return;
    this.#state = state;
    const detail = state === "backoff" || state === "failed" ? this.detail : null;
    this.#context.emit({
      type: "instance.state",
      at: this.#context.clock.now(),
      instance: this.#instance,
      state,
      ...(detail === null ? {} : { detail }),
    });
    this.#context.changed();
  }

  /**
   * The number in the slot of a process that is started for this instance, as its own or as its spare:
   * never the same one twice.
   */
  issue(): number {
    this.#issued += 1;
    return this.#issued - 1;
  }

  /** A process is about to start. */
  starting(): void {
    const generation = this.#generation;
    this.#generation += 1;
    this.#began = this.#context.clock.elapsed();
    this.#context.emit({
      type: "process.starting",
      at: this.#context.clock.now(),
      instance: this.#instance,
      generation,
    });
  }

  spawned({ pid, startedAt }: { readonly pid: number; readonly startedAt: number }): void {
    this.#present = { pid, generation: this.#generation - 1 };
    this.startedAt = startedAt;
    this.endedAt = null;
  }

  /** The one that is starting takes long. */
  late(startMs: number, detail: string): void {
    this.#context.emit({
      type: "process.late",
      at: this.#context.clock.now(),
      instance: this.#instance,
      generation: this.#generation - 1,
      startMs,
      detail,
    });
  }

  ready(pid: number): void {
    this.failure = null;
    this.#tellReady(pid, this.#context.clock.elapsed() - this.#began);
  }

  /** A process that was started as a spare is the instance's from now on. */
  took(spare: {
    readonly pid: number;
    readonly startedAt: number;
    readonly startMs: number;
  }): void {
    this.#generation += 1;
    this.failure = null;
    this.spawned(spare);
    this.#tellReady(spare.pid, spare.startMs, true);
  }

  /** @param generation Of the process that ended, which may have a successor already. */
  ended(end: ProcessEnd, generation: number): void {
    const at = this.#context.clock.now();
    this.lastExit = end.exit;
    if (this.#present?.generation === generation) this.#present = null;
    if (generation === this.#generation - 1) this.endedAt = at;
    const { exit, reason } = end;
    const instance = this.#instance;
    this.#context.emit({ type: "process.ended", at, instance, generation, exit, reason });
  }

  #tellReady(pid: number, startMs: number, spare = false): void {
    this.lastReady = this.#context.clock.elapsed();
    this.#context.emit({
      type: "process.ready",
      at: this.#context.clock.now(),
      instance: this.#instance,
      generation: this.#generation - 1,
      pid,
      startMs,
      ...(spare ? { spare: true } : {}),
    });
  }
}
