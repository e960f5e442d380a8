import { toError } from "../errors/pool-error.ts";
import type { Instance } from "../instance/instance.ts";
import type { Applicant } from "../lease/waiter.ts";
import type { TurnEnd, TurnVerdict } from "../turn/turn-terms.ts";
import type { ReleaseMode } from "./options.ts";
import type { PendingTurn } from "./pending-turn.ts";
import type { TurnDesk } from "./turn-desk.ts";

/** What a request meets on its way: the reception. */
export interface VisitHost<Request, Result> {
  readonly desk: TurnDesk<Request, Result>;
  receive(pending: PendingTurn<Request, Result>, index: number): Instance<Request, Result>;
  giveBack(
    instance: Instance<Request, Result>,
    release: ReleaseMode | undefined,
  ): Promise<void> | undefined;
}

/**
 * The way of one request through a pool: it waits, is given an instance, runs and gives it back. One
 * object with three doors, where closures for each would be most of what a waiting request keeps.
 */
export class Visit<Request, Result> implements Applicant, TurnEnd<Result> {
  readonly #host: VisitHost<Request, Result>;
  readonly #pending: PendingTurn<Request, Result>;
  readonly #release: ReleaseMode | undefined;
  #instance: Instance<Request, Result> | null = null;

  constructor(
    host: VisitHost<Request, Result>,
    pending: PendingTurn<Request, Result>,
    release: ReleaseMode | undefined,
  ) {
    this.#host = host;
    this.#pending = pending;
    this.#release = release;
  }

  granted(index: number): void {
    const pending = this.#pending;
    const instance = this.#host.receive(pending, index);
    this.#instance = instance;
    instance.run(pending.request, pending, this);
  }

  refused(error: unknown): void {
    this.#host.desk.refuse(this.#pending, toError(error));
  }

  ended(verdict: TurnVerdict<Result>): void {
    // Released before the caller hears of the end, so that whoever sends next finds it free.
    if (this.#instance !== null) void this.#host.giveBack(this.#instance, this.#release);
    this.#host.desk.end(this.#pending, verdict);
  }
}
