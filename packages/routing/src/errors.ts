/** Every code that routing can fail with, and what it means. Codes are stable; messages are not. */
export const ROUTING_ERROR_CODES = {
  STRATEGY_UNKNOWN: "No strategy has this name",
} as const;

/** A key of {@link ROUTING_ERROR_CODES}. */
export type RoutingErrorCode = keyof typeof ROUTING_ERROR_CODES;

/** What this package throws. */
export class RoutingError extends Error {
  override readonly name: string = "RoutingError";
  /** One of {@link ROUTING_ERROR_CODES}. Compare this, not the message. */
  readonly code: RoutingErrorCode;

  constructor(code: RoutingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
