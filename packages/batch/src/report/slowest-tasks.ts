import type { TaskOutcome } from "../contract/evidence.ts";
import type { SlowTask } from "../contract/report.ts";

const SHOWN_TASKS = 5;

/** The tasks that took the longest, the slowest first; those that never got an instance are none of them. */
export function slowestTasks(tasks: readonly TaskOutcome[]): SlowTask[] {
  const slowest: TaskOutcome[] = [];
  for (const task of tasks) {
    if (task.tookMs === 0) continue;
    const place = slowest.findIndex(({ tookMs }) => tookMs < task.tookMs);
    if (place === -1) slowest.push(task);
    else slowest.splice(place, 0, task);
    if (slowest.length > SHOWN_TASKS) slowest.pop();
  }
  return slowest.map(({ task, files, outcome, attempts, tookMs }) => {
    return { task, files, outcome, attempts, tookMs };
  });
}
