import type { RunStatus } from "@cluster/batch";

/** How many attempts a drain lets end. Those that wait for an instance are not among them. */
export function turnsUnderWay({ attempts }: Pick<RunStatus, "attempts">): number {
  return attempts.filter(({ stage }) => stage !== "lease" && stage !== "workspace").length;
}
