import type { AcpErrorCode } from "./codes.ts";

/** What goes wrong before an agent runs. Failures of a turn are the pool's `ToolFailure`. */
export class AcpError extends Error {
  override readonly name: string = "AcpError";
  /** One of {@link ACP_ERROR_CODES}. Compare this, not the message. */
  readonly code: AcpErrorCode;
  /** What is wrong: the message without the remedy. */
  readonly reason: string;
  /** What the user can do about it. */
  readonly remedy: string;

  constructor(code: AcpErrorCode, reason: string, remedy: string, options?: ErrorOptions) {
    super(`${reason} ${remedy}`, options);
    this.code = code;
    this.reason = reason;
    this.remedy = remedy;
  }
}
