import type { BatchErrorCode } from "./codes.ts";

/** What a batch throws. `message` says what was expected, what was found, what to do. */
export class BatchError extends Error {
  override readonly name: string = "BatchError";
  /** One of {@link BATCH_ERROR_CODES}. Compare this, not the message. */
  readonly code: BatchErrorCode;
  /** The paths or patterns it is about. */
  readonly paths: readonly string[];

  constructor(
    code: BatchErrorCode,
    message: string,
    options: ErrorOptions & { readonly paths?: readonly string[] } = {},
  ) {
    super(message, options);
    this.code = code;
    this.paths = options.paths ?? [];
  }
}
