import { clusterCommand } from "../command/command-to-copy.ts";
import type { Resumable } from "./resumable-run.ts";
import { formatAgo } from "./when.ts";

/** How many others are named; `cluster status` has them all. */
const NAMED = 3;

/** Which run was picked, where it could have been something else. Pure. */
export function pickedRun(
  { run, comparison, others, activeAt }: Resumable,
  now: number,
  elsewhere: string | undefined,
): readonly string[] {
  const part = comparison === null ? "" : `, of the comparison of ${comparison.tools.join(", ")}`;
  if (others.length === 0) return comparison === null ? [] : [`Picked run ${run}${part}`];
  const how = Number.isFinite(activeAt) ? `at work last, ${formatAgo(activeAt, now)}` : "paused";
  const more = others.length > NAMED ? `, … (${clusterCommand("status", elsewhere)})` : "";
  return [
    `Picked run ${run}${part}: ${how}`,
    `Name another one to go on with that: ${others.slice(0, NAMED).join(", ")}${more}`,
  ];
}
