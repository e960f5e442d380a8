import type { PoolError } from "../errors/pool-error.ts";
import type { TerminationReason } from "../events/pool-event.ts";

/** Ends a turn from outside: what its caller is told, and what its process is ended for. */
export interface TurnStop {
  readonly error: PoolError;
  readonly reason: TerminationReason;
}

/** What would be given up: told once, with the reason. */
export interface Quitter {
  givenUp(reason: unknown): void;
}

/** Whoever may give something up, seen by what would be given up. It has not done so yet. */
export interface GiveUp {
  /** Who is told, before anybody else; null for nobody. */
  quitter: Quitter | null;
}

/** A signal of somebody else, as {@link GiveUp}. */
export function giveUpBy(signal: AbortSignal): GiveUp {
  let quitter: Quitter | null = null;
  const onAbort = (): void => quitter?.givenUp(signal.reason);
  return {
    get quitter() {
      return quitter;
    },
    set quitter(next) {
      quitter = next;
      if (next === null) signal.removeEventListener("abort", onAbort);
      else signal.addEventListener("abort", onAbort, { once: true });
    },
  };
}

/** The switch that gives a turn up, from its acceptance to its end. The first one to use it wins. */
export class TurnStopper implements GiveUp {
  #how: TurnStop | null = null;
  #over = false;
  quitter: Quitter | null = null;
  /** Made when somebody asks for it: most turns need none, and it is the costliest part of a short one. */
  #controller: AbortController | null = null;

  /** Aborted with the error for the caller. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#how !== null) this.#controller.abort(this.#how.error);
    }
    return this.#controller.signal;
  }

  /** How it was given up; null while it was not. */
  get how(): TurnStop | null {
    return this.#how;
  }

  stop(how: TurnStop): void {
    if (this.#over || this.#how !== null) return;
    this.#how = how;
    this.quitter?.givenUp(how.error);
    this.#controller?.abort(how.error);
  }

  /** The turn has ended: nothing stops it any more. */
  close(): void {
    this.#over = true;
  }
}
