import { brand } from "./brand.ts";
import type { PoolErrorCode } from "./codes.ts";

/** The base of everything a pool throws. `message` says what was expected, what was found, what to do. */
export class PoolError extends Error {
  override readonly name: string = "PoolError";
  /** One of {@link POOL_ERROR_CODES}. Compare this, not the message. */
  readonly code: PoolErrorCode;

  static {
    brand(PoolError, "PoolError");
  }

  constructor(code: PoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Turns whatever was thrown into an `Error`, once, at the edge where it came in. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
