import type { RunStatus } from "@cluster/batch";
import type { ProgressView, WorkerView } from "./progress-view.ts";
import { formatTime, plural } from "./quantities.ts";

type Activity = RunStatus["instances"][number];

/** Fewer than this many ended tasks say nothing about the time left. */
const ENOUGH_TASKS = 3;

function workerView(activity: Activity, now: number): WorkerView {
  const idle = activity.task === null;
  const state = activity.state === "ready" ? "free" : activity.state;
  return {
    instance: activity.instance,
    doing: activity.stage ?? state,
    file: idle ? null : activity.files.join(", "),
    sinceMs: idle && activity.state === "ready" ? null : Math.max(0, now - activity.since),
  };
}

function noteOf(status: RunStatus, now: number): string | null {
  switch (status.state) {
    case "preparing":
      return "preparing";
    case "draining":
      return `letting ${plural(status.running, "turn")} end`;
    case "stopping":
      return "stopping";
    default:
      if (status.pausedUntil === null || status.pausedUntil <= now) return null;
      return `the provider's quota: paused for ${formatTime(status.pausedUntil - now)}`;
  }
}

/** What the display shows of a run's status at `now` (milliseconds since the epoch). Pure. */
export function viewOf(
  status: RunStatus,
  now: number,
  options: { readonly requireChange: boolean },
): ProgressView {
  const { counts, total, ended } = status;
  const fine = counts.landed + (options.requireChange ? 0 : counts["no-change"]);
  const elapsed = status.firstAttemptAt === null ? 0 : now - status.firstAttemptAt;
  // What was called off took no work, and comes hundreds at a time.
  const worked = ended - counts.cancelled - counts.skipped;
  const rate = worked > 0 && elapsed > 0 ? (worked / elapsed) * 1_000 : null;
  const known = status.costUsd !== "unknown" || status.knownCostUsd > 0;
  return {
    total,
    ended,
    landed: counts.landed,
    noChange: counts["no-change"],
    failed: ended - fine - counts.skipped - counts.cancelled,
    perSecond: rate,
    leftMs:
      rate !== null && ended >= ENOUGH_TASKS && ended < total && status.state === "running"
        ? ((total - ended) / rate) * 1_000
        : null,
    costUsd: ended > 0 && known ? status.knownCostUsd : null,
    costIncomplete: status.costUsd === "unknown",
    note: noteOf(status, now),
    workers: status.instances.map((activity) => workerView(activity, now)),
  };
}
