import type { AnsweredQuestion } from "../contract/question.ts";
import { PoolError } from "../errors/pool-error.ts";
import { turnCancelled } from "../errors/refusals.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import type { TurnTerms, TurnVerdict } from "../turn/run-turn.ts";
import { Turn, type TurnControl } from "../turn/turn.ts";
import { type TurnStop, TurnStopper } from "../turn/turn-stop.ts";
import type { Clock } from "./clock.ts";
import type { CompiledOptions } from "./compile-options.ts";
import type { TurnOptions } from "./options.ts";
import { TurnCounts } from "./turn-counts.ts";

/** An accepted request, from its acceptance to its end. */
export interface PendingTurn<Request, Result> {
  readonly request: Request;
  readonly options: TurnOptions;
  readonly control: TurnControl<Result>;
  readonly stopper: TurnStopper;
  readonly acceptedAt: number;
  state: "queued" | "running";
  /** When it began to run. */
  began: number;
  forgetSignal(): void;
}

type Untimed<Event> = Event extends unknown ? Omit<Event, "at"> : never;

/** Takes requests in, counts them, and tells what becomes of each exactly once. */
export class TurnDesk<Request, Result> {
  readonly counts: TurnCounts = new TurnCounts();
  readonly #open = new Set<PendingTurn<Request, Result>>();
  readonly #options: CompiledOptions;
  readonly #clock: Clock;
  readonly #events: { readonly heard: boolean; emit(event: PoolEvent): void };
  readonly #onSettled: () => void;

  constructor(
    options: CompiledOptions,
    clock: Clock,
    events: { readonly heard: boolean; emit(event: PoolEvent): void },
    onSettled: () => void,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#events = events;
    this.#onSettled = onSettled;
  }

  accept(request: Request, options: TurnOptions): PendingTurn<Request, Result> {
    const stopper = new TurnStopper();
    const cancel = (reason: unknown): void =>
      stopper.stop({ error: turnCancelled(reason), reason: "turn-cancelled" });
    const { signal } = options;
    const pending: PendingTurn<Request, Result> = {
      request,
      options,
      control: Turn.create<Result>(this.counts.accept(), cancel),
      stopper,
      acceptedAt: this.#clock.elapsed(),
      state: "queued",
      began: 0,
      forgetSignal: () => {},
    };
    this.#open.add(pending);
    if (signal instanceof AbortSignal) {
      const onAbort = (): void => cancel(signal.reason);
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

  /** An accepted request begins on an instance. Returns what that needs to run it. */
  begin(instance: number, pending: PendingTurn<Request, Result>): TurnTerms {
    const { control, options, stopper } = pending;
    const turn = { instance, turn: control.turn.id };
    this.counts.start();
    pending.state = "running";
    pending.began = this.#clock.elapsed();
    const waitMs = pending.began - pending.acceptedAt;
    control.assign(instance, waitMs);
    this.#tell({ type: "turn.started", ...turn, waitMs });
    return {
      limits: {
        turnTimeoutMs: options.turnTimeoutMs ?? this.#options.turnTimeoutMs,
        idleTimeoutMs: options.idleTimeoutMs ?? this.#options.idleTimeoutMs,
        interruptTimeoutMs: this.#options.interruptTimeoutMs,
        maxTurnBytes: this.#options.maxTurnBytes,
      },
      policy: options.onQuestion ?? this.#options.onQuestion,
      observer: {
        event: (event) => {
          control.push(event);
          this.#tell({ type: "turn.progress", ...turn, event });
        },
        question: (answered: AnsweredQuestion) => {
          control.push({ type: "question", answered });
          this.#tell({ type: "turn.question", ...turn, answered });
        },
      },
      stopper,
    };
  }

  /** Tells the caller of a turn, and everybody else, how it ended. */
  end(instance: number, pending: PendingTurn<Request, Result>, verdict: TurnVerdict<Result>): void {
    const { control } = pending;
    const runMs = this.#clock.elapsed() - pending.began;
    const turn = { instance, turn: control.turn.id, runMs };
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
    pending.forgetSignal();
    pending.stopper.close();
    this.#open.delete(pending);
    this.counts.end(pending.state, outcome);
  }
}
