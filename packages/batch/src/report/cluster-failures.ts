import type { TaskOutcome } from "../contract/evidence.ts";
import type { FailureCluster } from "../contract/report.ts";
import { reasonShape } from "./reason-shape.ts";

const SHOWN_TASKS = 5;

/** Gathers what did not land by its reason, most frequent first. Paths and numbers do not tell reasons apart. */
export function clusterFailures(tasks: readonly TaskOutcome[]): FailureCluster[] {
  const clusters = new Map<string, { first: TaskOutcome; ids: string[] }>();
  for (const task of tasks) {
    if (task.outcome === "landed") continue;
    const key = reasonShape(task);
    const cluster = clusters.get(key);
    if (cluster === undefined) clusters.set(key, { first: task, ids: [task.task] });
    else cluster.ids.push(task.task);
  }
  return [...clusters.values()]
    .map(({ first, ids }) => ({
      outcome: first.outcome,
      message: first.reason?.message ?? first.outcome,
      count: ids.length,
      tasks: ids.slice(0, SHOWN_TASKS),
    }))
    .sort((a, b) => b.count - a.count);
}
