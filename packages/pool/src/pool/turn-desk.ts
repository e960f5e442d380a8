import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { PoolErrorCode } from "../errors/codes.ts";
import { PoolError } from "../errors/pool-error.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import { ProgressRedactor } from "../events/progress-redactor.ts";
import type { Statistics } from "../stats/statistics.ts";
import type { Redaction } from "../transcript/redactor.ts";
import type { TurnStop } from "../turn/turn-stop.ts";
import type { TurnVerdict } from "../turn/turn-terms.ts";
import type { Clock } from "./clock.ts";
import type { CompiledOptions } from "./compile-options.ts";
import { OpenTurns } from "./open-turns.ts";
import type { TurnOptions } from "./options.ts";
import { PendingTurn, type TurnHouse } from "./pending-turn.ts";
import { TurnCounts } from "./turn-counts.ts";

type Untimed<Event> = Event extends unknown ? Omit<Event, "at"> : never;

/** What the desk works with. */
export interface DeskParts {
  readonly options: CompiledOptions;
  readonly clock: Clock;
  readonly events: { readonly heard: boolean; emit(event: PoolEvent): void };
  readonly statistics: Statistics;
  readonly redaction: Redaction;
  /** Called when a request has ended. */
  readonly onSettled: () => void;
}

/** Takes requests in, counts them, and tells what becomes of each exactly once. */
export class TurnDesk<Request, Result> {
  readonly counts: TurnCounts = new TurnCounts();
  readonly #open = new OpenTurns<PendingTurn<Request, Result>>();
  readonly #house: TurnHouse;
  readonly #clock: Clock;
  readonly #events: DeskParts["events"];
  readonly #progress: ProgressRedactor;
  readonly #statistics: Statistics;
  readonly #onSettled: () => void;

  constructor(parts: DeskParts) {
    const { options, clock, events, statistics, onSettled } = parts;
    this.#progress = new ProgressRedactor(parts.redaction);
    const { turnTimeoutMs, idleTimeoutMs, interruptTimeoutMs, maxTurnBytes, onQuestion } = options;
    this.#house = {
      limits: { turnTimeoutMs, idleTimeoutMs, interruptTimeoutMs, maxTurnBytes },
      policy: onQuestion,
      progress: (turn, instance, event) =>
        this.#tellProgress(turn, instance, this.#progress.event(turn, event)),
      question: (turn, instance, answered) => {
        statistics.questioned();
        this.#tell({ type: "turn.question", instance, turn, answered });
      },
    };
    this.#clock = clock;
    this.#events = events;
    this.#statistics = statistics;
    this.#onSettled = onSettled;
  }

  accept(request: Request, options: TurnOptions): PendingTurn<Request, Result> {
    const number = this.counts.accept();
    const now = this.#clock.elapsed();
    const pending = new PendingTurn<Request, Result>(number, request, options, this.#house, now);
    this.#open.add(pending);
    if (this.#events.heard) {
      this.#tell({ type: "request.accepted", turn: number, queued: this.counts.queued });
    }
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
    this.#statistics.failed(error);
    pending.control.reject(error);
    if (this.#events.heard) {
      const waitMs = this.#clock.elapsed() - pending.acceptedAt;
      this.#tell({ type: "request.refused", turn: pending.id, waitMs, ...codeOf(error) });
    }
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
    if (this.#events.heard) {
      this.#tell({ type: "turn.started", instance, turn: pending.id, waitMs });
    }
  }

  /** Tells the caller of a turn, and everybody else, how it ended. */
  end(pending: PendingTurn<Request, Result>, verdict: TurnVerdict<Result>): void {
    const { instance, id } = pending;
    this.#tellProgress(id, instance, this.#progress.end(id));
    const runMs = this.#clock.elapsed() - pending.began;
    this.#statistics.ran(runMs);
    this.#settle(pending, verdict.kind);
    if (verdict.kind === "done") pending.control.resolve(verdict.result, verdict.endedBy);
    else {
      this.#statistics.failed(verdict.error);
      pending.control.reject(verdict.error);
    }
    if (this.#events.heard) this.#tellEnd(pending, verdict, runMs);
    this.#onSettled();
  }

  /** Gives up every request that is queued or running. */
  stopAll(how: TurnStop): void {
    for (const pending of this.#open.all()) pending.stopper.stop(how);
  }

  #tellProgress(turn: number, instance: number, event: ConnectionEvent | null): void {
    if (event !== null) this.#tell({ type: "turn.progress", instance, turn, event });
  }

  #tellEnd(
    { instance, id }: PendingTurn<Request, Result>,
    verdict: TurnVerdict<Result>,
    runMs: number,
  ): void {
    const turn = { type: "turn.ended", instance, turn: id, runMs } as const;
    if (verdict.kind === "done") {
      this.#tell({ ...turn, outcome: "done", endedBy: verdict.endedBy });
    } else this.#tell({ ...turn, outcome: "failed", ...codeOf(verdict.error) });
  }

  /** On the way of every turn, ask first whether anybody listens: then the event need not be made. */
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

function codeOf(error: Error): { readonly code?: PoolErrorCode } {
  return error instanceof PoolError ? { code: error.code } : {};
}
