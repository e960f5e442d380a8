import { PoolError, TurnAbortedError } from "@cluster/pool";
import { ManagerError } from "../errors/manager-error.ts";

/** A turn that its caller does not want any more. */
export function givenUp(reason: unknown): TurnAbortedError {
  const why = reason === undefined ? "" : `: ${reason instanceof Error ? reason.message : reason}`;
  return new TurnAbortedError("TURN_CANCELLED", `The turn was given up by its caller${why}`, {
    cause: reason,
  });
}

/** A request that comes after the end. */
export function closed(): ManagerError {
  return new ManagerError(
    "FLEET_CLOSED",
    "The fleet takes no more requests: it drains or has ended.",
  );
}

/** As a pool without instances says it, in the words of a fleet. */
export function withoutInstances(tools: readonly { readonly name: string }[]): PoolError {
  const names = tools.map(({ name }) => name);
  const more = names.map((name) => `${JSON.stringify(name)}: n`).join(", ");
  return new PoolError(
    "INSTANCE_UNAVAILABLE",
    `${names.join(", ")} ${names.length === 1 ? "has" : "have"} no instances. Give some: scale({ ${more} }).`,
  );
}
