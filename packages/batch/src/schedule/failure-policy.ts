import type { FailureClass } from "@cluster/manager";
import type { AttemptFailure } from "../contract/executor.ts";
import type { Outcome } from "../contract/outcome.ts";

/** What follows from one failed attempt. */
export interface FailurePolicy {
  /**
   * - `never`: the same request would fail again
   * - `backoff`: again after a wait, on another instance if there is one
   * - `pause`: again when its provider answers; it uses up none of the retries
   */
  readonly retry: "never" | "backoff" | "pause";
  /** How the task ends when it is not retried. */
  readonly outcome: Outcome;
  /**
   * What it says about the tasks to come.
   * - `halts`: they would fail alike; a few in a row halt the run
   * - `resets`: the provider answered, so they need not
   * - `neutral`: nothing
   */
  readonly bearing: "halts" | "resets" | "neutral";
}

const BY_CLASS: Readonly<Record<FailureClass, FailurePolicy>> = {
  // A refused key stays refused.
  auth: { retry: "never", outcome: "tool-error", bearing: "halts" },
  quota: { retry: "pause", outcome: "quota", bearing: "halts" },
  overload: { retry: "backoff", outcome: "tool-error", bearing: "halts" },
  // The same request is as long the next time.
  context: { retry: "never", outcome: "tool-error", bearing: "resets" },
  // Models do not write the same twice: a reply that could not be applied is often well-formed next time.
  malformed: { retry: "backoff", outcome: "tool-error", bearing: "resets" },
  refused: { retry: "never", outcome: "tool-error", bearing: "resets" },
  timeout: { retry: "backoff", outcome: "timeout", bearing: "neutral" },
  crash: { retry: "backoff", outcome: "tool-error", bearing: "neutral" },
  protocol: { retry: "backoff", outcome: "tool-error", bearing: "neutral" },
  // An unknown model or a broken installation needs a person.
  environment: { retry: "never", outcome: "tool-error", bearing: "halts" },
  unproven: { retry: "backoff", outcome: "unproven", bearing: "neutral" },
};

/** Git's locks pass; a full disk or a missing signature key does not. */
const PASSING_CODES: ReadonlySet<string> = new Set(["LOCKED", "GIT_FAILED", "BRANCH_MOVED"]);

/** Somebody gave up, and nothing failed. */
const GIVEN_UP_CODES: ReadonlySet<string> = new Set([
  "TURN_CANCELLED",
  "WAIT_CANCELLED",
  "POOL_CLOSED",
]);

/** Decides what follows from a failure. */
export function policyFor(failure: AttemptFailure): FailurePolicy {
  // Others were refused meanwhile, and it was spared that.
  if (failure.code === "TURN_RECALLED") return BY_CLASS.quota;
  if (failure.code !== null && GIVEN_UP_CODES.has(failure.code)) {
    return { retry: "never", outcome: "cancelled", bearing: "neutral" };
  }
  if (failure.failureClass !== null) return BY_CLASS[failure.failureClass];
  const passing = failure.code !== null && PASSING_CODES.has(failure.code);
  return { retry: passing ? "backoff" : "never", outcome: "infra-error", bearing: "halts" };
}
