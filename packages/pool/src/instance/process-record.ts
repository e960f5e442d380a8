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
  #began = 0;
  /** Why it is in `backoff` or `failed`. */
  failure: Error | null = null;
  startedAt: number | null = null;
  endedAt: number | null = null;
  lastExit: Exit | null = null;

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

  /** A process is about to start. Returns its generation. */
  starting(): number {
    const generation = this.#generation;
    this.#generation += 1;
    this.#began = this.#context.clock.elapsed();
    this.#context.emit({
      type: "process.starting",
      at: this.#context.clock.now(),
      instance: this.#instance,
      generation,
    });
    return generation;
  }

  spawned(startedAt: number): void {
    this.startedAt = startedAt;
    this.endedAt = null;
  }

  ready(pid: number): void {
    this.failure = null;
    this.#context.emit({
      type: "process.ready",
      at: this.#context.clock.now(),
      instance: this.#instance,
      generation: this.#generation - 1,
      pid,
      startMs: this.#context.clock.elapsed() - this.#began,
    });
  }

  ended(end: ProcessEnd): void {
    this.lastExit = end.exit;
    this.endedAt = this.#context.clock.now();
    this.#context.emit({
      type: "process.ended",
      at: this.endedAt,
      instance: this.#instance,
      generation: this.#generation - 1,
      exit: end.exit,
      reason: end.reason,
    });
  }
}
