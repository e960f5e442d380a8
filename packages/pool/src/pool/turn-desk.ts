import { PoolError } from "../errors/pool-error.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import type { TurnStop } from "../turn/turn-stop.ts";
import type { TurnVerdict } from "../turn/turn-terms.ts";
import type { Clock } from "./clock.ts";
import type { CompiledOptions } from "./compile-options.ts";
import type { TurnOptions } from "./options.ts";
import { PendingTurn, type TurnHouse } from "./pending-turn.ts";
import { TurnCounts } from "./turn-counts.ts";

type Untimed<Event> = Event extends unknown ? Omit<Event, "at"> : never;

/** Takes requests in, counts them, and tells what becomes of each exactly once. */
export class TurnDesk<Request, Result> {
  readonly counts: TurnCounts = new TurnCounts();
  readonly #open = new Set<PendingTurn<Request, Result>>();
  readonly #house: TurnHouse;
  readonly #clock: Clock;
  readonly #events: { readonly heard: boolean; emit(event: PoolEvent): void };
  readonly #onSettled: () => void;

  constructor(
    options: CompiledOptions,
    clock: Clock,
    events: { readonly heard: boolean; emit(event: PoolEvent): void },
    onSettled: () => void,
  ) {
    const { turnTimeoutMs, idleTimeoutMs, interruptTimeoutMs, maxTurnBytes, onQuestion } = options;
    this.#house = {
      limits: { turnTimeoutMs, idleTimeoutMs, interruptTimeoutMs, maxTurnBytes },
      policy: onQuestion,
      progress: (turn, instance, event) =>
        this.#tell({ type: "turn.progress", instance, turn, event }),
      question: (turn, instance, answered) =>
        this.#tell({ type: "turn.question", instance, turn, answered }),
    };
    this.#clock = clock;
    this.#events = events;
    this.#onSettled = onSettled;
  }

  accept(request: Request, options: TurnOptions): PendingTurn<Request, Result> {
    const number = this.counts.accept();
    const now = this.#clock.elapsed();
    const pending = new PendingTurn<Request, Result>(number, request, options, this.#house, now);
    this.#open.add(pending);
    const { signal } = options;
    if (signal instanceof AbortSignal) {
      const onAbort = (): void => pending.control.cancel(signal.reason);
      if (signal.aborted) onAbort();
      else {
        signal.addEventListener("abort", onAbort, { once: true });
        pending.forgetSignal = () => signal.removeEventListener("abort", onAbort);
      }
    }
    return pending;
  }

  /** Rejects a request that has not begun. */
  refuse(pending: PendingTurn<Request, Result>, error: Error): void {
    this.#settle(pending, "failed");
    pending.control.reject(error);
    this.#onSettled();
  }

  /** An accepted request begins on an instance. */
  begin(instance: number, pending: PendingTurn<Request, Result>): void {
    this.counts.start();
    pending.state = "running";
    pending.instance = instance;
    pending.began = this.#clock.elapsed();
    const waitMs = pending.began - pending.acceptedAt;
    pending.control.assign(instance, waitMs);
    this.#tell({ type: "turn.started", instance, turn: pending.id, waitMs });
  }

  /** Tells the caller of a turn, and everybody else, how it ended. */
  end(pending: PendingTurn<Request, Result>, verdict: TurnVerdict<Result>): void {
    const { control, instance, id } = pending;
    const turn = { instance, turn: id, runMs: this.#clock.elapsed() - pending.began };
    if (verdict.kind === "done") {
      const { result, endedBy } = verdict;
      this.#settle(pending, "done");
      control.resolve(result, endedBy);
      this.#tell({ type: "turn.ended", ...turn, outcome: "done", endedBy });
    } else {
      const { error } = verdict;
      const code = error instanceof PoolError ? { code: error.code } : {};
      this.#settle(pending, "failed");
      control.reject(error);
      this.#tell({ type: "turn.ended", ...turn, outcome: "failed", ...code });
    }
    this.#onSettled();
  }

  /** Gives up every request that is queued or running. */
  stopAll(how: TurnStop): void {
    for (const pending of this.#open) pending.stopper.stop(how);
  }

  /** An event that nobody hears is not made. */
  #tell(event: Untimed<PoolEvent>): void {
    if (this.#events.heard) this.#events.emit({ ...event, at: this.#clock.now() } as PoolEvent);
  }

  #settle(pending: PendingTurn<Request, Result>, outcome: "done" | "failed"): void {
    pending.forgetSignal?.();
    pending.stopper.close();
    this.#open.delete(pending);
    this.counts.end(pending.state, outcome);
  }
}
