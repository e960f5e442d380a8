import type { PoolError } from "../errors/pool-error.ts";
import type { TerminationReason } from "../events/pool-event.ts";

/** Ends a turn from outside: what its caller is told, and what its process is ended for. */
export interface TurnStop {
  readonly error: PoolError;
  readonly reason: TerminationReason;
}

/** Whoever may give something up, seen by what would be given up. */
export interface GiveUp {
  /**
   * Calls back with the reason when it is given up, which it is not yet. Returns the function that
   * takes that back.
   */
  whenGivenUp(callback: (reason: unknown) => void): () => void;
}

/** A signal of somebody else, as {@link GiveUp}. */
export function giveUpBy(signal: AbortSignal): GiveUp {
  return {
    whenGivenUp(callback) {
      const onAbort = (): void => callback(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      return () => signal.removeEventListener("abort", onAbort);
    },
  };
}

/** The switch that gives a turn up, from its acceptance to its end. The first one to use it wins. */
export class TurnStopper implements GiveUp {
  #how: TurnStop | null = null;
  #over = false;
  #listener: (() => void) | null = null;
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

  /** Who is told first when it is given up; null for nobody. */
  set onStop(listener: (() => void) | null) {
    this.#listener = listener;
  }

  whenGivenUp(callback: (reason: unknown) => void): () => void {
    this.#listener = () => callback(this.#how?.error);
    return () => {
      this.#listener = null;
    };
  }

  stop(how: TurnStop): void {
    if (this.#over || this.#how !== null) return;
    this.#how = how;
    this.#listener?.();
    this.#controller?.abort(how.error);
  }

  /** The turn has ended: nothing stops it any more. */
  close(): void {
    this.#over = true;
  }
}
