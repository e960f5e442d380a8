import type { AiderErrorCode } from "./codes.ts";

/** What goes wrong before aider runs. Failures of a turn are the pool's `ToolFailure`. */
export class AiderError extends Error {
  override readonly name: string = "AiderError";
  /** One of {@link AIDER_ERROR_CODES}. Compare this, not the message. */
  readonly code: AiderErrorCode;
  /** What is wrong: the message without the remedy. */
  readonly reason: string;
  /** What the user can do about it. */
  readonly remedy: string;

  constructor(code: AiderErrorCode, reason: string, remedy: string, options?: ErrorOptions) {
    super(`${reason} ${remedy}`, options);
    this.code = code;
    this.reason = reason;
    this.remedy = remedy;
  }
}
