import type { AnsweredQuestion } from "../contract/question.ts";
import { PoolError } from "../errors/pool-error.ts";
import { turnCancelled } from "../errors/refusals.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import type { Instance } from "../instance/instance.ts";
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
  forgetSignal(): void;
}

type Tell = () => void;

/** Takes requests in, runs them on instances, counts them, and tells what becomes of each exactly once. */
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

  /** Runs an accepted request on an instance. Returns the function that tells its caller. */
  async runOn(
    instance: Instance<Request, Result>,
    pending: PendingTurn<Request, Result>,
  ): Promise<Tell> {
    const { control, options, stopper } = pending;
    const began = this.#clock.elapsed();
    const waitMs = began - pending.acceptedAt;
    const turn = { instance: instance.index, turn: control.turn.id };
    this.counts.start();
    pending.state = "running";
    control.assign(instance.index, waitMs);
    this.#events.emit({ type: "turn.started", at: this.#clock.now(), ...turn, waitMs });
    const verdict = await instance.run(pending.request, {
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
          // There may be thousands; one that nobody hears is not made.
          if (!this.#events.heard) return;
          this.#events.emit({ type: "turn.progress", at: this.#clock.now(), ...turn, event });
        },
        question: (answered: AnsweredQuestion) => {
          control.push({ type: "question", answered });
          this.#events.emit({ type: "turn.question", at: this.#clock.now(), ...turn, answered });
        },
      },
      stopper,
    });
    const runMs = this.#clock.elapsed() - began;
    return () => {
      const at = this.#clock.now();
      if (verdict.kind === "done") {
        const { endedBy } = verdict;
        this.#settle(pending, "done");
        control.resolve(verdict.result, endedBy);
        this.#events.emit({ type: "turn.ended", at, ...turn, runMs, outcome: "done", endedBy });
      } else {
        const { error } = verdict;
        const code = error instanceof PoolError ? { code: error.code } : {};
        this.#settle(pending, "failed");
        control.reject(error);
        this.#events.emit({ type: "turn.ended", at, ...turn, runMs, outcome: "failed", ...code });
      }
      this.#onSettled();
    };
  }

  /** Gives up every request that is queued or running. */
  stopAll(how: TurnStop): void {
    for (const pending of this.#open) pending.stopper.stop(how);
  }

  #settle(pending: PendingTurn<Request, Result>, outcome: "done" | "failed"): void {
    pending.forgetSignal();
    pending.stopper.close();
    this.#open.delete(pending);
    this.counts.end(pending.state, outcome);
  }
}
