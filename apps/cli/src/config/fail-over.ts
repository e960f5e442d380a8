import { FAILURE_CLASSES, type FailOverOptions, type FailureClass } from "@cluster/batch";

/** What {@link failOverOf} takes, for messages. */
export const FAIL_OVER_FORM: string = `kinds of failure with commas between them, of ${FAILURE_CLASSES.join(", ")}`;

/**
 * After which failures a task goes on with another tool, also one that names its tool; `undefined` when it
 * does not say so.
 */
export function failOverOf(given: string | boolean): FailOverOptions | false | undefined {
  if (given === false) return false;
  if (given === true) return { named: true };
  const classes = given.split(",").map((name) => name.trim());
  const known = classes.every((name) => FAILURE_CLASSES.some((one) => one === name));
  return known ? { named: true, classes: classes as FailureClass[] } : undefined;
}
