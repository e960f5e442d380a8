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
}

/** How long to go on trying. */
export interface RetryLimits {
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly maxQuotaWaitMs: number;
  readonly random: () => number;
}

/** What follows from an attempt. */
export type Decision =
  | { readonly kind: "land" }
  | {
      readonly kind: "retry";
      readonly afterMs: number;
      /** Everybody waits, and the attempt does not count. */
      readonly pause: boolean;
      readonly outcome: Outcome;
    }
  | {
      readonly kind: "end";
      readonly outcome: Outcome;
      readonly bearing: FailurePolicy["bearing"];
    };

/** How often one task may be refused for quota before it is given up. */
const MOST_REFUSALS = 5;
const LONGEST_DELAY_MS = 60_000;
/** A refusal that names no time: providers count by the minute. */
const QUOTA_DELAY_MS = 5_000;

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
      return { kind: "end", outcome: "verify-failed", bearing: "resets" };
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
  if (retry === "pause" && history.refusals < MOST_REFUSALS) {
    const firstMs = QUOTA_DELAY_MS;
    const own = backoffMs(history.refusals + 1, { firstMs, maxMs: LONGEST_DELAY_MS, random });
    const afterMs = Math.min(failure.retryAfterMs ?? own, limits.maxQuotaWaitMs);
    return { kind: "retry", afterMs, pause: true, outcome };
  }
  if (retry === "backoff" && history.retries < limits.retries) {
    const firstMs = limits.retryDelayMs;
    const own = backoffMs(history.retries + 1, { firstMs, maxMs: LONGEST_DELAY_MS, random });
    const asked = Math.min(failure.retryAfterMs ?? 0, limits.maxQuotaWaitMs);
    return { kind: "retry", afterMs: Math.max(own, asked), pause: false, outcome };
  }
  return { kind: "end", outcome, bearing };
}
