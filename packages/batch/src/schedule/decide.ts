import type { AttemptResult } from "../contract/executor.ts";
import type { Outcome } from "../contract/outcome.ts";
import { backoffMs } from "./backoff.ts";
import { type FailurePolicy, policyFor } from "./failure-policy.ts";

/** What a task has behind it. */
export interface TaskHistory {
  /** Retries that counted. */
  readonly retries: number;
  /** Refusals for quota, which do not count as retries. */
  readonly refusals: number;
  /** Its provider refused it, and did the work of others since. */
  readonly othersAnswered: boolean;
  /** After such a failure another tool is to take it, and there is one. */
  readonly mayGoOver?: boolean;
}

/** How long to go on trying. */
export interface RetryLimits {
  readonly retries: number;
  readonly retryDelayMs: number;
  /** The longest that a retry waits because the provider asks for it. */
  readonly maxQuotaWaitMs: number;
  /** An edit that `verify` refused is made again: the next attempt is told why. */
  readonly tellFailure: boolean;
  readonly random: () => number;
}

/** What follows from an attempt. */
export type Decision =
  | { readonly kind: "land" }
  | {
      readonly kind: "retry";
      /** `quota`: it does not count, and waits for its provider. `fail-over`: nor does that. */
      readonly sequel: "retry" | "quota" | "fail-over";
      readonly afterMs: number;
      readonly outcome: Outcome;
    }
  | {
      readonly kind: "end";
      readonly outcome: Outcome;
      readonly bearing: FailurePolicy["bearing"];
    };

/** So often a task may be refused for quota while others are not, before it is taken for too large. */
const MOST_REFUSALS = 5;
const LONGEST_DELAY_MS = 60_000;

/** Decides what follows from an attempt. Pure: chance is injected. */
export function decide(
  result: Pick<AttemptResult, "verdict" | "failure">,
  history: TaskHistory,
  limits: RetryLimits,
): Decision {
  switch (result.verdict) {
    case "edited":
      return { kind: "land" };
    case "no-change":
      return { kind: "end", outcome: "no-change", bearing: "resets" };
    case "verify-failed":
      return limits.tellFailure && history.retries < limits.retries
        ? { kind: "retry", sequel: "retry", afterMs: 0, outcome: "verify-failed" }
        : { kind: "end", outcome: "verify-failed", bearing: "resets" };
    case "cancelled":
      return { kind: "end", outcome: "cancelled", bearing: "neutral" };
    case "failed":
      return afterFailure(result.failure, history, limits);
  }
}

function afterFailure(
  failure: AttemptResult["failure"],
  history: TaskHistory,
  limits: RetryLimits,
): Decision {
  if (failure === null) return { kind: "end", outcome: "infra-error", bearing: "halts" };
  const { retry, outcome, bearing } = policyFor(failure);
  const { random } = limits;
  // Where quota is refused, whoever is not refused takes it, and this tool may again.
  if (history.mayGoOver === true && retry !== "pause") {
    return { kind: "retry", sequel: "fail-over", afterMs: 0, outcome };
  }
  if (retry === "pause") {
    const tooLarge = history.othersAnswered && history.refusals >= MOST_REFUSALS;
    return tooLarge
      ? { kind: "end", outcome, bearing: "neutral" }
      : { kind: "retry", sequel: "quota", afterMs: 0, outcome };
  }
  if (retry === "backoff" && history.retries < limits.retries) {
    const firstMs = limits.retryDelayMs;
    const own = backoffMs(history.retries + 1, { firstMs, maxMs: LONGEST_DELAY_MS, random });
    const asked = Math.min(failure.retryAfterMs ?? 0, limits.maxQuotaWaitMs);
    return { kind: "retry", sequel: "retry", afterMs: Math.max(own, asked), outcome };
  }
  return { kind: "end", outcome, bearing };
}
