import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { AnsweredQuestion, QuestionPolicy } from "../contract/question.ts";
import { TurnControl } from "../turn/turn-control.ts";
import { TurnStopper } from "../turn/turn-stop.ts";
import type { TurnLimits, TurnTerms } from "../turn/turn-terms.ts";
import type { OpenTurn } from "./open-turns.ts";
import type { TurnOptions } from "./options.ts";

/** What a pool gives each of its turns. */
export interface TurnHouse {
  readonly limits: TurnLimits;
  readonly policy: QuestionPolicy;
  /** Tells the pool's subscribers. */
  progress(turn: number, instance: number, event: ConnectionEvent): void;
  question(turn: number, instance: number, answered: AnsweredQuestion): void;
}

/** An accepted request, from its acceptance to its end, and the terms on which it runs. */
export class PendingTurn<Request, Result>
  implements TurnTerms, OpenTurn<PendingTurn<Request, Result>>
{
  /** Counted from 1 in each pool. */
  readonly id: number;
  readonly request: Request;
  readonly limits: TurnLimits;
  readonly policy: QuestionPolicy;
  readonly acceptedAt: number;
  readonly stopper: TurnStopper = new TurnStopper();
  readonly control: TurnControl<Result>;
  readonly #house: TurnHouse;
  state: "queued" | "running" = "queued";
  /** Where it runs; -1 before it begins. */
  instance = -1;
  /** When it began to run. */
  began = 0;
  forgetSignal: (() => void) | null = null;
  previousOpen: PendingTurn<Request, Result> | null = null;
  nextOpen: PendingTurn<Request, Result> | null = null;

  constructor(
    id: number,
    request: Request,
    options: TurnOptions,
    house: TurnHouse,
    acceptedAt: number,
  ) {
    this.id = id;
    this.request = request;
    this.limits = limitsOf(options, house.limits);
    this.policy = options.onQuestion ?? house.policy;
    this.acceptedAt = acceptedAt;
    this.control = new TurnControl(id, this.stopper);
    this.#house = house;
  }

  onEvent(event: ConnectionEvent): void {
    this.control.push(event);
    this.#house.progress(this.id, this.instance, event);
  }

  onQuestion(answered: AnsweredQuestion): void {
    this.control.push({ type: "question", answered });
    this.#house.question(this.id, this.instance, answered);
  }
}

function limitsOf({ turnTimeoutMs, idleTimeoutMs }: TurnOptions, limits: TurnLimits): TurnLimits {
  if (turnTimeoutMs === undefined && idleTimeoutMs === undefined) return limits;
  return {
    ...limits,
    turnTimeoutMs: turnTimeoutMs ?? limits.turnTimeoutMs,
    idleTimeoutMs: idleTimeoutMs ?? limits.idleTimeoutMs,
  };
}
