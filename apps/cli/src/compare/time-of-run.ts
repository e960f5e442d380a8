import type { AttemptRecord, RunReader } from "@cluster/batch";

/**
 * How long the sessions of a run took together, in milliseconds; the pauses between them are no part of it. Of
 * one that was killed, nobody knows more than when its last attempt began. Pure.
 */
export function timeOfRun(
  marks: ReturnType<RunReader["marks"]>,
  attempts: readonly Pick<AttemptRecord, "openedAt">[],
): number {
  const lastKnown = (from: number, to: number): number =>
    Math.max(from, ...attempts.map(({ openedAt }) => openedAt).filter((at) => at <= to));
  let total = 0;
  let began: number | null = null;
  for (const { type, at } of marks) {
    if (type === "run.begun" || type === "run.resumed") {
      if (began !== null) total += lastKnown(began, at) - began;
      began = at;
    } else if (type === "run.ended" && began !== null) {
      total += at - began;
      began = null;
    }
  }
  return began === null ? total : total + lastKnown(began, Number.POSITIVE_INFINITY) - began;
}
