import { setImmediate as nextPass } from "node:timers/promises";
import { ToolFailure } from "../errors/turn-errors.ts";
import type { ManagedProcess } from "../process/managed-process.ts";
import { within } from "../process/termination.ts";
import type { InstanceContext } from "./instance-context.ts";
import type { ServiceWatcher } from "./process-seat.ts";

/** What the heartbeat does to an instance. */
export interface Patient<Request, Result> {
  /** Whether it is between turns, and nobody holds it. */
  idle(): boolean;
  /** The ping is over: whoever waits may have it. */
  recovered(): void;
  /** Its process gives no answer. */
  dead(process: ManagedProcess<Request, Result>): void;
}

/**
 * Asks an idle process from time to time whether it still answers: one that is stopped, or hangs, looks
 * well from outside. A request that comes meanwhile waits for the answer, and so is never given to a
 * process that has none.
 */
export class Heartbeat<Request, Result> implements ServiceWatcher<Request, Result> {
  readonly #context: InstanceContext<Request, Result>;
  readonly #patient: Patient<Request, Result>;
  #cancelNext: () => void = () => {};
  #process: ManagedProcess<Request, Result> | null = null;
  /** Whose answer is awaited. */
  #asked: ManagedProcess<Request, Result> | null = null;

  constructor(context: InstanceContext<Request, Result>, patient: Patient<Request, Result>) {
    this.#context = context;
    this.#patient = patient;
  }

  /** Whether an answer is awaited now. */
  get asking(): boolean {
    return this.#asked !== null && this.#asked === this.#process;
  }

  serving(process: ManagedProcess<Request, Result> | null): void {
    this.#cancelNext();
    this.#process = process;
    if (process?.connection.ping !== undefined) this.#expectNext(process);
  }

  #expectNext(process: ManagedProcess<Request, Result>): void {
    const { clock, options } = this.#context;
    if (!Number.isFinite(options.pingIntervalMs)) return;
    this.#cancelNext = clock.after(
      options.pingIntervalMs,
      () => void this.#ask(process),
      "background",
    );
  }

  async #ask(process: ManagedProcess<Request, Result>): Promise<void> {
    // Who is at work will show in his turn whether he lives.
    if (!this.#patient.idle()) return this.#expectNext(process);
    this.#asked = process;
    const answers = await this.#answers(process);
    this.#asked = null;
    if (this.#process === process && process.state === "ready") {
      if (answers) this.#expectNext(process);
      else this.#patient.dead(process);
    }
    this.#patient.recovered();
  }

  async #answers(process: ManagedProcess<Request, Result>): Promise<boolean> {
    const { clock, options } = this.#context;
    const giveUp = new AbortController();
    const over = Promise.withResolvers<boolean>();
    const forgetEnd = process.onEnd(() => over.resolve(false));
    const ping = async (): Promise<void> => process.connection.ping?.(giveUp.signal);
    ping().then(
      () => over.resolve(true),
      // It has answered, if only to complain.
      (error: unknown) => over.resolve(error instanceof ToolFailure),
    );
    if (!(await within(over.promise, options.pingTimeoutMs, clock))) {
      // Where this program was busy or asleep, the answer is there and has not been read.
      await nextPass();
      await nextPass();
      over.resolve(false);
    }
    forgetEnd();
    const answered = await over.promise;
    if (!answered) giveUp.abort(new Error("The ping took too long."));
    return answered;
  }
}
