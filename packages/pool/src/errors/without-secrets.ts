import { ProcessStartError } from "./turn-errors.ts";

/** More than hosts wrap, and an end for those that name each other. */
const MAX_CAUSES = 8;

/** Takes secrets out of a start's failure and its causes: a host may quote what the tool has printed. */
export function withoutSecrets(thrown: unknown, redact: (text: string) => string): unknown {
  if (!(thrown instanceof ProcessStartError)) return thrown;
  let error: unknown = thrown;
  for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth += 1) {
    const { message, stack } = error;
    if (redact(message) !== message) error.message = redact(message);
    if (stack !== undefined && redact(stack) !== stack) error.stack = redact(stack);
    error = error.cause;
  }
  return thrown;
}
