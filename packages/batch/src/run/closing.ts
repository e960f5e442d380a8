import type { Reason } from "../contract/evidence.ts";
import type { Outcome } from "../contract/outcome.ts";

/** Why a run starts nothing more. */
export interface Closing {
  /** `stopped`: by its user. `halted`: by what kept failing. Otherwise for want of that. */
  readonly kind: "stopped" | "halted" | "budget" | "quota";
  readonly reason: string;
}

/** How an attempt ended, or a task that was not attempted. */
export interface Standing {
  readonly outcome: Outcome;
  readonly reason: Reason | null;
}

/** How a task stands that was not attempted. */
export function unattempted(closing: Closing | null): Standing {
  const { kind, reason: message } = closing ?? { kind: "stopped", reason: "stopped" };
  const outcome = kind === "budget" || kind === "quota" ? kind : "cancelled";
  return { outcome, reason: { failureClass: null, code: null, message } };
}

/**
 * How a task stands that is left, after `pending` attempts or none. For want of what, is the news; how
 * the attempt before it ended, the journal knows.
 */
export function leftStanding(closing: Closing | null, pending: Standing | null): Standing {
  const wants = closing?.kind === "budget" || closing?.kind === "quota";
  return (wants ? null : pending) ?? unattempted(closing);
}
