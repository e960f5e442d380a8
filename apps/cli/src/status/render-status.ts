import { describeCost, describeTokens, formatTime, OUTCOMES, plural } from "@cluster/batch/kept";
import { clusterCommand } from "../command/command-to-copy.ts";
import { oneLine, printable } from "../progress/fit.ts";
import { plainTable } from "../report/plain-table.ts";
import { isAtWork, turnsUnderWay } from "../run/turns-under-way.ts";
import { formatAgo, formatMoment } from "../runs/when.ts";
import type { RunOverview } from "./run-overview.ts";

/** A list is read at a glance. */
const REASON_COLUMNS = 60;

function endedOf({ tasks, open }: RunOverview): string {
  return `${tasks - open}/${tasks}`;
}

function countsOf({ counts }: RunOverview): string {
  const some = OUTCOMES.filter((outcome) => counts[outcome] > 0);
  return some.map((outcome) => `${counts[outcome]} ${outcome}`).join(", ");
}

/** All runs of a repository, a line each. Pure. */
export function renderRuns(
  runs: readonly RunOverview[],
  now: number,
  columns?: number,
  elsewhere?: string,
): string {
  if (runs.length === 0) {
    return `No run is kept here. Start one: ${clusterCommand("run", elsewhere)} -m "…" <files>`;
  }
  const rows = runs.map((run) => [
    run.run,
    run.phase,
    run.startedAt === null ? "" : formatAgo(run.startedAt, now),
    endedOf(run),
    countsOf(run),
    run.reason === null ? "" : oneLine(run.reason, REASON_COLUMNS),
  ]);
  return plainTable(rows, ["run", "state", "begun", "tasks", "outcomes", "reason"], columns);
}

function tasksLine(run: RunOverview): string {
  const { live, tasks, open } = run;
  const atWork = live === null ? 0 : turnsUnderWay(live);
  const parts =
    live === null ? [`${open} open`] : [`${atWork} running`, `${open - atWork} waiting`];
  return `${plural(tasks, "task")}: ${tasks - open} ended, ${parts.join(", ")}`;
}

function workers(run: RunOverview, now: number, columns?: number): string[] {
  // The next tasks get ready ahead, and wait for their turn.
  const busy = (run.live?.instances ?? []).filter(isAtWork);
  if (busy.length === 0) return [];
  const rows = busy.map(({ stage, files, task, since }) => [
    stage ?? "",
    formatTime(Math.max(0, now - since)),
    printable(files.join(", ") || (task ?? "")),
  ]);
  return ["", plainTable(rows, ["at work", "for", "task"], columns)];
}

/** One run. Pure. */
export function renderRun(run: RunOverview, now: number, columns?: number): string {
  const { reason, delivery, startedAt, pid, spent, live } = run;
  const process = pid === null ? "" : `, process ${pid}`;
  const state = `${run.phase}${process}`;
  const rows = [
    ["run", run.run],
    ["state", state],
    // Where the branch says why it stayed, that is said once.
    ...(reason === null || (delivery?.kind === "kept" && delivery.reason === reason)
      ? []
      : [["reason", oneLine(reason)]]),
    ...(run.tool === null
      ? []
      : [["tool", `${run.tool} with ${plural(run.workers ?? 0, "worker")}`]]),
    ...(startedAt === null
      ? []
      : [["begun", `${formatMoment(startedAt)}, ${formatAgo(startedAt, now)}`]]),
    ["tasks", tasksLine(run)],
    ...(run.tasks === run.open ? [] : [["outcomes", countsOf(run)]]),
    ...(run.tasks === run.open ? [] : [["cost", describeCost(live ?? spent)]]),
    ...(run.tasks === run.open ? [] : [["tokens", describeTokens(live ?? spent)]]),
    ...(delivery?.kind === "merged" ? [["landed on", delivery.branch]] : []),
    ...(delivery?.kind === "kept"
      ? [["branch", `${delivery.branch}: ${oneLine(delivery.reason)}`]]
      : []),
    ...(delivery?.kind === "patches" ? [["patches", delivery.folder]] : []),
    ...(delivery?.kind === "in-place" ? [["backups", delivery.backups]] : []),
    ...(delivery?.kind === "undone"
      ? [["taken back", `${plural(delivery.restored, "file")} in ${delivery.folder}`]]
      : []),
    ...(run.compared === null
      ? []
      : [["compared", `${run.compared.tools.join(", ")}: ${run.compared.command}`]]),
    ["folder", run.folder],
    ...(run.next === null ? [] : [["next", run.next]]),
  ];
  return [plainTable(rows, [], columns), ...workers(run, now, columns)].join("\n");
}
