import type { RunStatus } from "@cluster/batch";

/** Whether a turn is under way there, or what follows one: a task that gets ready has not begun. */
export function isAtWork({ stage }: Pick<RunStatus["instances"][number], "stage">): boolean {
  return stage !== null && stage !== "lease" && stage !== "workspace";
}

/** How many attempts a drain lets end. Those that wait for an instance are not among them. */
export function turnsUnderWay({ attempts }: Pick<RunStatus, "attempts">): number {
  return attempts.filter(isAtWork).length;
}
