import type { EndSignal } from "../contract/tool-connection.ts";
import { turnCancelled } from "../errors/refusals.ts";
import { EventBuffer } from "./event-buffer.ts";
import { Turn, type TurnSource } from "./turn.ts";
import type { TurnEvent } from "./turn-event.ts";
import type { TurnStopper } from "./turn-stop.ts";

/**
 * What the pool does to a turn; the caller sees only the {@link Turn}. Thousands of turns may wait, and
 * a short one takes some microseconds: what a caller may never ask for is made when he does.
 */
export class TurnControl<Result> implements TurnSource<Result> {
  readonly turn: Turn<Result>;
  readonly result: Promise<Result>;
  readonly #stopper: TurnStopper;
  readonly #resolve: (result: Result) => void;
  readonly #reject: (error: unknown) => void;
  #instance: number | null = null;
  #endedBy: EndSignal | null = null;
  /** How long it waited; null before it begins. */
  #waitMs: number | null = null;
  #state: "open" | "done" | "failed" = "open";
  #failure: unknown;
  #assigned: PromiseWithResolvers<number> | null = null;
  #events: EventBuffer | null = null;

  constructor(id: number, stopper: TurnStopper) {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#stopper = stopper;
    this.turn = Turn.create(id, this);
  }

  get instance(): number | null {
    return this.#instance;
  }

  get endedBy(): EndSignal | null {
    return this.#endedBy;
  }

  get assigned(): Promise<number> {
    if (this.#assigned === null) {
      this.#assigned = Promise.withResolvers<number>();
      this.#assigned.promise.catch(() => {});
      if (this.#instance !== null) this.#assigned.resolve(this.#instance);
      else if (this.#state === "failed") this.#assigned.reject(this.#failure);
    }
    return this.#assigned.promise;
  }

  /** The instance is known although the turn still waits for it. */
  pin(instance: number): void {
    this.#instance = instance;
    this.#assigned?.resolve(instance);
  }

  assign(instance: number, waitMs: number): void {
    this.pin(instance);
    this.#waitMs = waitMs;
    this.#events?.push({ type: "started", instance, waitMs });
  }

  push(event: TurnEvent): void {
    this.#buffer().push(event);
  }

  resolve(result: Result, endedBy: EndSignal): void {
    this.#state = "done";
    this.#endedBy = endedBy;
    this.#resolve(result);
    this.#events?.close();
  }

  reject(error: unknown): void {
    this.#state = "failed";
    this.#failure = error;
    this.#assigned?.reject(error);
    this.#reject(error);
    this.#events?.close();
  }

  cancel(reason: unknown): void {
    if (this.#state !== "open") return;
    this.#stopper.stop({ error: turnCancelled(reason), reason: "turn-cancelled" });
  }

  nextEvent(): Promise<TurnEvent | null> {
    return this.#buffer().next();
  }

  /** Made with the first event after the start, or for the first reader. */
  #buffer(): EventBuffer {
    if (this.#events === null) {
      this.#events = new EventBuffer();
      if (this.#instance !== null && this.#waitMs !== null) {
        this.#events.push({ type: "started", instance: this.#instance, waitMs: this.#waitMs });
      }
      if (this.#state !== "open") this.#events.close();
    }
    return this.#events;
  }
}
