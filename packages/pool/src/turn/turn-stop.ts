import type { PoolError } from "../errors/pool-error.ts";
import type { TerminationReason } from "../events/pool-event.ts";

/** Ends a turn from outside: what its caller is told, and what its process is ended for. */
export interface TurnStop {
  readonly error: PoolError;
  readonly reason: TerminationReason;
}
