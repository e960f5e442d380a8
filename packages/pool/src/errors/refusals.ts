import type { InstanceState } from "../instance/instance-state.ts";
import { PoolError, toError } from "./pool-error.ts";
import { TurnAbortedError } from "./turn-errors.ts";

export function poolClosed(): PoolError {
  return new PoolError(
    "POOL_CLOSED",
    "The pool takes no more requests: it drains or has shut down.",
  );
}

export function turnCancelled(reason: unknown): TurnAbortedError {
  const why = reason === undefined ? "" : `: ${toError(reason).message}`;
  return new TurnAbortedError("TURN_CANCELLED", `The turn was given up by its caller${why}`, {
    cause: reason,
  });
}

export function waitCancelled(reason: unknown): PoolError {
  const why = reason === undefined ? "" : `: ${toError(reason).message}`;
  return new PoolError("WAIT_CANCELLED", `The wait was given up by its caller${why}`, {
    cause: reason,
  });
}

export function leaseReleased(): PoolError {
  return new PoolError("LEASE_RELEASED", "This lease was released. Take a new one.");
}

export function leaseBusy(): PoolError {
  return new PoolError(
    "LEASE_BUSY",
    "This lease has a turn in flight. Await it before the next: turns of a lease follow one another.",
  );
}

export function contextLost(instance: number): PoolError {
  return new PoolError(
    "PROCESS_EXITED",
    `The process of instance ${instance} was replaced, and the context of this lease is gone. ` +
      "Take a new lease and begin again.",
  );
}

export function endedBeforeTurn(instance: number): PoolError {
  return new PoolError(
    "PROCESS_EXITED",
    `The process of instance ${instance} ended just before the turn began. Nothing was sent to it.`,
  );
}

export function sessionsUnsupported(): PoolError {
  return new PoolError(
    "SESSIONS_UNSUPPORTED",
    "The tool has one context in each process: its connection has no openSession. " +
      "Take a lease for each conversation instead.",
  );
}

export function sessionClosed(): PoolError {
  return new PoolError("LEASE_RELEASED", "The session was closed. Open another one.");
}

export function unknownInstance(index: unknown, size: number): PoolError {
  return new PoolError(
    "INSTANCE_UNKNOWN",
    `There is no instance ${index}: this pool has ${size}, counted from 0.`,
  );
}

export function instanceUnavailable(instance: {
  readonly index: number;
  readonly state: InstanceState;
  readonly failure: Error | null;
  readonly retiring?: boolean;
}): PoolError {
  const { index, state, failure } = instance;
  if (instance.retiring === true) {
    return new PoolError("INSTANCE_UNAVAILABLE", `Instance ${index} leaves the pool.`);
  }
  // What to do about it is in `cause`, if anywhere: this travels to people who have no pool in hand.
  const what =
    state === "failed" && failure !== null
      ? `Instance ${index} has failed for good: ${failure.message}`
      : `Instance ${index} is ${state}.`;
  return new PoolError(
    "INSTANCE_UNAVAILABLE",
    what,
    failure === null ? undefined : { cause: failure },
  );
}

/** What those hear who would take any instance when none can serve any more: one cause for all. */
export function noneAvailable(instances: readonly { readonly failure: Error | null }[]): PoolError {
  if (instances.length === 0) {
    return new PoolError(
      "INSTANCE_UNAVAILABLE",
      "The pool has no instances. Give it some: resize(n).",
    );
  }
  const failure = instances.find((instance) => instance.failure !== null)?.failure ?? null;
  return failure === null
    ? new PoolError("INSTANCE_UNAVAILABLE", "Every instance is stopped or leaves the pool.")
    : new PoolError(
        "INSTANCE_UNAVAILABLE",
        `No instance is left that could serve it: ${failure.message}`,
        { cause: failure },
      );
}

/** What those hear who wait for an instance that has failed for good: the error that it failed with. */
export function failedForGood(error: Error): PoolError {
  if (error instanceof PoolError) return error;
  return new PoolError("INSTANCE_UNAVAILABLE", error.message, { cause: error });
}

export function queueFull(limit: number): PoolError {
  return new PoolError(
    "QUEUE_FULL",
    `${limit} requests wait already, as many as maxQueue allows. Wait for some, or raise maxQueue.`,
  );
}
