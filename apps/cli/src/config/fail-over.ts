import type { FailOverOptions, FailureClass } from "@cluster/batch";

/** Named here too, since flags are read before anything of a run is loaded. */
export const FAILURE_KINDS: readonly FailureClass[] = [
  "auth",
  "quota",
  "overload",
  "context",
  "malformed",
  "refused",
  "timeout",
  "crash",
  "protocol",
  "environment",
  "unproven",
];

/** What {@link failOverOf} takes, for messages. */
export const FAIL_OVER_FORM: string = `kinds of failure with commas between them, of ${FAILURE_KINDS.join(", ")}`;

/**
 * After which failures a task goes on with another tool, also one that names its tool; `undefined` when it
 * does not say so.
 */
export function failOverOf(given: string | boolean): FailOverOptions | false | undefined {
  if (given === false) return false;
  if (given === true) return { named: true };
  const classes = given.split(",").map((name) => name.trim());
  const known = classes.every((name) => FAILURE_KINDS.some((one) => one === name));
  return known ? { named: true, classes: classes as FailureClass[] } : undefined;
}
