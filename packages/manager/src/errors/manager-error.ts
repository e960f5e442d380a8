import { PoolError } from "@cluster/pool";
import type { ManagerErrorCode } from "./codes.ts";

/** What this package itself throws. Failures of turns are the pool's errors. */
export class ManagerError extends Error {
  override readonly name: string = "ManagerError";
  /** One of {@link MANAGER_ERROR_CODES}. Compare this, not the message. */
  readonly code: ManagerErrorCode;

  constructor(code: ManagerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An OPTION_INVALID that names the option, what was expected and what was found. */
export function invalidOption(option: string, expected: string, found: unknown): ManagerError {
  const shown = typeof found === "string" ? JSON.stringify(found) : String(found);
  return new ManagerError(
    "OPTION_INVALID",
    `${option}: expected ${expected}, found ${typeof found} ${shown}.`,
  );
}

/** An INSTANCE_UNKNOWN, as the pool's, for what the pool does not get to see. */
export function unknownInstance(instance: number, size: number): PoolError {
  return new PoolError(
    "INSTANCE_UNKNOWN",
    `There is no instance ${instance}: this cluster has ${size}, counted from 0.`,
  );
}
