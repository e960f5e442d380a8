import type { ExitName } from "./exit-codes.ts";

/** A mistake or a lack that its reader can mend: printed as a sentence, never as a stack trace. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exit: ExitName;
  /** What to do about it, when the message does not say so itself. */
  readonly remedy: string | undefined;

  constructor(
    exit: "usage" | "setup" | "interrupted",
    message: string,
    options: ErrorOptions & { readonly remedy?: string | undefined } = {},
  ) {
    super(message, options);
    this.exit = exit;
    this.remedy = options.remedy;
  }
}

/** A {@link CliError} for bad flags, configuration or input. */
export function usageError(message: string, remedy?: string, cause?: unknown): CliError {
  return new CliError("usage", message, { remedy, ...(cause === undefined ? {} : { cause }) });
}

/** A {@link CliError} for a tool or a set-up that is missing or broken. */
export function setupError(message: string, remedy?: string, cause?: unknown): CliError {
  return new CliError("setup", message, { remedy, ...(cause === undefined ? {} : { cause }) });
}
