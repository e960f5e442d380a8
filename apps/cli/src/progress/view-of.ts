import { formatTime, plural, type RunStatus } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import { turnsUnderWay } from "../run/turns-under-way.ts";
import type { ProgressOptions } from "./progress-contract.ts";
import type { ProgressView, WorkerView } from "./progress-view.ts";

type Activity = RunStatus["instances"][number];

/** Fewer than this many ended tasks say nothing about the time left. */
const ENOUGH_TASKS = 3;

function workerView(
  activity: Activity,
  number: number,
  { now, only }: { readonly now: number; readonly only: string },
): WorkerView {
  const idle = activity.task === null;
  const state = activity.state === "ready" ? "free" : activity.state;
  return {
    number,
    doing: activity.stage ?? state,
    ...(activity.tool === null || activity.tool === only ? {} : { tool: activity.tool }),
    file: idle ? null : activity.files.join(", ") || activity.task,
    sinceMs: idle && activity.state === "ready" ? null : Math.max(0, now - activity.since),
  };
}

/** The higher, the sooner it is shown. */
function interest({ task, state }: Activity): number {
  if (task !== null) return 2;
  return state === "failed" || state === "stopped" ? 0 : 1;
}

/**
 * Those at work, and idle ones up to the number of workers that the user asked for: a run has more
 * instances than that where the next tasks get ready ahead.
 */
function workersOf({ instances, workers }: RunStatus): Activity[] {
  const atWork = instances.filter(({ task }) => task !== null).length;
  return [...instances]
    .sort((a, b) => interest(b) - interest(a) || a.instance - b.instance)
    .slice(0, Math.max(workers, atWork))
    .sort((a, b) => a.instance - b.instance);
}

/** Where nothing was spent, its figures say nothing; a model that costs nothing still counts tokens. */
function hasKnownCost({ costUsd, knownCostUsd, usage, ended }: RunStatus): boolean {
  if (ended === 0) return false;
  if (costUsd === "unknown" || costUsd > 0) return knownCostUsd > 0;
  return usage === "unknown" || usage.inputTokens + usage.outputTokens > 0;
}

function noteOf(status: RunStatus, now: number, elsewhere: string | undefined): string | null {
  if (status.held && status.state === "running") {
    return `paused: ${clusterCommand(`resume ${status.run}`, elsewhere)}`;
  }
  switch (status.state) {
    case "preparing":
      return "preparing";
    case "draining": {
      const turns = turnsUnderWay(status);
      return turns === 0 ? "ending" : `letting ${plural(turns, "turn")} end`;
    }
    case "stopping":
      return "stopping";
    default:
      return heldUp(status, now);
  }
}

/** What keeps turns from beginning; `null` when nothing does. */
function heldUp(status: RunStatus, now: number): string | null {
  const { pausedUntil, refusing, memoryLow, canary } = status;
  if (pausedUntil !== null && pausedUntil > now) {
    return `the provider's quota: paused for ${formatTime(pausedUntil - now)}`;
  }
  const probing = refusing.some((model) => model.probing);
  if (probing) return "the provider's quota: one task shows whether it answers again";
  if (memoryLow) return "memory is short: one turn at a time";
  return canary ? "trying the first tasks; the others wait" : null;
}

function sumOf(counts: RunStatus["counts"]): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function calledOffIn({ cancelled, skipped, budget, quota }: RunStatus["counts"]): number {
  return cancelled + skipped + budget + quota;
}

/** What the display shows of a run's status at `now` (milliseconds since the epoch). Pure. */
export function viewOf(
  status: RunStatus,
  now: number,
  options: Pick<ProgressOptions, "requireChange" | "elsewhere">,
): ProgressView {
  const { counts, total, ended } = status;
  const fine = counts.landed + (options.requireChange ? 0 : counts["no-change"]);
  const elapsed = status.firstAttemptAt === null ? 0 : now - status.firstAttemptAt;
  // What was called off took no work, and comes hundreds at a time.
  const calledOff = calledOffIn(counts);
  const workedBefore = sumOf(status.before) - calledOffIn(status.before);
  const worked = ended - calledOff - workedBefore;
  const rate = worked > 0 && elapsed > 0 ? (worked / elapsed) * 1_000 : null;
  return {
    total,
    // What was called off is still to be done.
    ended: ended - counts.cancelled - counts.budget - counts.quota,
    landed: counts.landed,
    noChange: counts["no-change"],
    failed: ended - fine - calledOff,
    perSecond: rate,
    leftMs:
      rate !== null &&
      worked >= ENOUGH_TASKS &&
      ended < total &&
      status.state === "running" &&
      !status.held
        ? ((total - ended) / rate) * 1_000
        : null,
    costUsd: hasKnownCost(status) ? status.knownCostUsd : null,
    costIncomplete: status.costUsd === "unknown",
    note: noteOf(status, now, options.elsewhere),
    workers: workersOf(status).map((activity, number) =>
      workerView(activity, number, { now, only: status.tool }),
    ),
  };
}
