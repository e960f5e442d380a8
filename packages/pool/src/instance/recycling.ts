import type { ManagedProcess } from "../process/managed-process.ts";
import type { InstanceContext } from "./instance-context.ts";
import type { ServiceWatcher } from "./process-seat.ts";

/** After how much a process is replaced; `Infinity` for never. */
export interface RecyclePolicy {
  readonly turns: number;
  readonly ageMs: number;
  readonly memoryBytes: number;
}

/** What recycling does to an instance. */
export interface Recycled<Request, Result> {
  readonly index: number;
  /** Whether it is between turns, and nobody holds it. */
  idle(): boolean;
  /** Puts a spare in the place of a process. Returns false when there is none. */
  renew(process: ManagedProcess<Request, Result>): boolean;
  /** Ends a process and starts the next one. */
  replace(process: ManagedProcess<Request, Result>): void;
}

/**
 * Sees to it that a process of an instance does not grow too old. One that is due goes on serving until
 * its successor is ready, and goes between two leases.
 */
export class Recycling<Request, Result> implements ServiceWatcher<Request, Result> {
  readonly #context: InstanceContext<Request, Result>;
  readonly #instance: Recycled<Request, Result>;
  readonly #policy: RecyclePolicy;
  readonly #exclusive: boolean;
  #process: ManagedProcess<Request, Result> | null = null;
  #turns = 0;
  #due = false;
  #cancelAge: () => void = () => {};

  constructor(context: InstanceContext<Request, Result>, instance: Recycled<Request, Result>) {
    this.#context = context;
    this.#instance = instance;
    this.#policy = context.options.recycle;
    this.#exclusive = context.adapter.capabilities?.exclusive === true;
  }

  /** Whether the present process is to be replaced. */
  get due(): boolean {
    return this.#due;
  }

  serving(process: ManagedProcess<Request, Result> | null): void {
    if (this.#due) this.#context.spares.wantNoMore(this.#instance.index);
    this.#cancelAge();
    this.#process = process;
    this.#turns = 0;
    this.#due = false;
    const { ageMs } = this.#policy;
    if (process === null || !Number.isFinite(ageMs)) return;
    const left = Math.max(0, ageMs - process.age);
    this.#cancelAge = this.#context.clock.after(left, () => this.#fallDue(process), "background");
  }

  turnEnded(): void {
    const process = this.#process;
    if (process === null || this.#due) return;
    this.#turns += 1;
    const { turns, memoryBytes } = this.#policy;
    if (this.#turns >= turns) this.#fallDue(process);
    else if (Number.isFinite(memoryBytes)) {
      this.#context.memory.ask(process, (bytes) => {
        if (bytes > memoryBytes) this.#fallDue(process);
      });
    }
  }

  /** Replaces the process if it is due, may go now, and its successor is there. */
  tryNow(): void {
    const process = this.#process;
    if (!this.#due || process === null || !this.#instance.idle()) return;
    if (this.#exclusive) this.#instance.replace(process);
    else if (!this.#instance.renew(process)) this.#context.spares.want(this.#instance.index);
  }

  #fallDue(process: ManagedProcess<Request, Result>): void {
    if (this.#process !== process || this.#due) return;
    this.#due = true;
    if (!this.#exclusive) this.#context.spares.want(this.#instance.index);
    this.tryNow();
  }
}
