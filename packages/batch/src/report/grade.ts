import type { Outcome } from "../contract/outcome.ts";
import type { RunReport } from "../contract/report.ts";

/**
 * What an outcome means to whoever counts successes.
 * - `passed`: as it was wanted
 * - `failed`: the task was worked on, and its edit was refused
 * - `broken`: the tool, the provider or the machine failed
 * - `skipped`: it was not worked on, or not to its end
 */
export type Grade = "passed" | "failed" | "broken" | "skipped";

/** The grade of each outcome, where a task may change nothing. */
export const GRADES: Readonly<Record<Outcome, Grade>> = {
  landed: "passed",
  "no-change": "passed",
  unproven: "failed",
  "verify-failed": "failed",
  conflict: "failed",
  timeout: "broken",
  quota: "broken",
  "tool-error": "broken",
  "infra-error": "broken",
  budget: "skipped",
  skipped: "skipped",
  cancelled: "skipped",
};

/** Grades the outcomes of one run: whether a task may change nothing is the run's to say. */
export function gradesOf(report: Pick<RunReport, "failures">): (outcome: Outcome) => Grade {
  const changeRequired = report.failures.some(({ outcome }) => outcome === "no-change");
  return (outcome) => (outcome === "no-change" && changeRequired ? "failed" : GRADES[outcome]);
}
