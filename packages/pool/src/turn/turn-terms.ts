import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { AnsweredQuestion, QuestionPolicy } from "../contract/question.ts";
import type { EndSignal } from "../contract/tool-connection.ts";
import type { TurnStopper } from "./turn-stop.ts";

/** The compiled options of one turn. */
export interface TurnLimits {
  readonly turnTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly interruptTimeoutMs: number;
  readonly maxTurnBytes: number;
}

/** What a turn brings along, beside its request, and who hears of it while it runs. */
export interface TurnTerms {
  readonly limits: TurnLimits;
  readonly policy: QuestionPolicy;
  readonly stopper: TurnStopper;
  onEvent(event: ConnectionEvent): void;
  onQuestion(answered: AnsweredQuestion): void;
}

/** How a turn ended, and whether its process may serve another one. */
export type TurnVerdict<Result> =
  | {
      readonly kind: "done";
      readonly result: Result;
      readonly endedBy: EndSignal;
      readonly fit: boolean;
    }
  | { readonly kind: "failed"; readonly error: Error; readonly fit: boolean };

/** Who waits for the end of a turn. */
export interface TurnEnd<Result> {
  /** Called once. */
  ended(verdict: TurnVerdict<Result>): void;
}

export function failed(error: Error, fit: boolean): TurnVerdict<never> {
  return { kind: "failed", error, fit };
}
