import type { FailureClass } from "@cluster/pool";

/** What aider 0.86 says when a model call failed, by its own words and by litellm's types. */
const FAILURES: readonly (readonly [RegExp, FailureClass])[] = [
  [/not able to authenticate you|^litellm\.(AuthenticationError|PermissionDenied)/, "auth"],
  [/has rate limited you|^litellm\.(RateLimitError|BudgetExceeded)|Insufficient credits/, "quota"],
  [/^Model \S+ has hit a token limit!$|^litellm\.ContextWindowExceeded/, "context"],
  [/^Your estimated chat context of .* tokens exceeds/, "context"],
  [/refused the request due to a safety policy|^litellm\.ContentPolicyViolation/, "refused"],
  [/servers are down or overloaded|timed out without returning a response/, "overload"],
  [/^litellm\.(APIConnectionError|APIError|InternalServerError|ServiceUnavailable)/, "overload"],
  [/^litellm\.(BadGatewayError|Timeout|APIResponseValidationError)/, "overload"],
  [/^litellm\.(NotFoundError|BadRequestError|UnsupportedParams|Unprocessable)/, "environment"],
  [/^Unable to write file /, "environment"],
];

/** The failure class of a line, or null for a line that tells of none. */
export function failureOf(line: string): FailureClass | null {
  return FAILURES.find(([words]) => words.test(line))?.[1] ?? null;
}

/** The tokens and the cost of one model call, as aider's report has them: rounded. */
export interface CallReport {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars of this message; null when the model's price is not known. */
  readonly costUsd: number | null;
}

/** Reads `Tokens: 1.2k sent, 56 received. Cost: $0.0013 message, $0.0013 session.` */
export function callReportOf(line: string): CallReport | null {
  const found =
    /^Tokens: ([\d.,]+k?) sent,.* ([\d.,]+k?) received\.(?: Cost: \$([\d.]+) message,.*)?$/.exec(
      line,
    );
  if (found === null) return null;
  const [, sent = "0", received = "0", cost] = found;
  return {
    inputTokens: tokens(sent),
    outputTokens: tokens(received),
    costUsd: cost === undefined ? null : Number(cost),
  };
}

/** Seconds of `Retrying in 0.2 seconds...`. */
export function retryDelayOf(line: string): number | null {
  const found = /^Retrying in ([\d.]+) seconds\.\.\.$/.exec(line);
  return found === null ? null : Number(found[1]);
}

/** The prompts that aider prints for lines that it reads, all on one line. */
export function isPrompt(line: string): boolean {
  return /^(?:(?:[\w-]+ ?)?> ?)+$/.test(line);
}

function tokens(text: string): number {
  const plain = Number(text.replace(/[,k]/g, ""));
  return Math.round(text.endsWith("k") ? plain * 1000 : plain);
}
