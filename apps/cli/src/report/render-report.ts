import type { LimitReport, RunReport, TaskOutcome } from "@cluster/batch";
import {
  describeCost,
  describeTokens,
  formatCost,
  formatRate,
  formatTime,
  OUTCOMES,
  plural,
} from "@cluster/batch/kept";
import { clusterCommand } from "../command/command-to-copy.ts";
import { oneLine, printable } from "../progress/fit.ts";
import { taskName } from "../progress/task-name.ts";
import { withoutTold } from "../progress/told.ts";
import { filesOf, foldFailures } from "./fold-failures.ts";
import { hintsFor } from "./hints.ts";
import { plainTable } from "./plain-table.ts";
import { deliveryLines } from "./render-delivery.ts";

/** More failures than these are counted by their reason, and listed by --json. */
const MOST_FAILURES = 30;

/** So many slow tasks are named; the report's files name more. */
const SLOWEST = 3;

/** How a report is read. */
export interface ReportOptions {
  /** A task that changed nothing has failed. */
  readonly requireChange: boolean;
  /** The folder that commands to copy must name; absent where the user stands in it. */
  readonly elsewhere?: string | undefined;
  /** Somebody is at work on the run, or nobody has ended it: nothing is said of its end. @default false */
  readonly unfinished?: boolean;
  /** Of the terminal. @default any number */
  readonly columns?: number;
}

/** Tasks that need no line of their own: they went well, or share the reason of the run's end. */
function isFine(task: TaskOutcome, { requireChange }: ReportOptions): boolean {
  if (task.outcome === "no-change") return !requireChange;
  // Of those that quota has ended, only a task that was refused as such has a reason of the tool's.
  if (task.outcome === "quota") return task.reason?.failureClass == null;
  return ["landed", "cancelled", "skipped", "budget"].includes(task.outcome);
}

function countsTable(report: RunReport, { columns }: ReportOptions): string {
  const rows = OUTCOMES.filter((outcome) => report.counts[outcome] > 0).map((outcome) => [
    outcome,
    String(report.counts[outcome]),
  ]);
  if (rows.length === 0) return "No task has an outcome yet.";
  return plainTable(rows, ["outcome", "tasks"], columns);
}

/** Of several tools, what each did. */
function byTool({ byTool: tools }: RunReport, { columns }: ReportOptions): string[] {
  if (tools.length < 2) return [];
  const rows = tools.map(({ tool, counts, passedOn, attempts, tookMs, spent }) => [
    printable(tool),
    OUTCOMES.flatMap((outcome) =>
      counts[outcome] === undefined ? [] : [`${counts[outcome]} ${outcome}`],
    ).join(", ") || "none",
    String(passedOn),
    String(attempts),
    formatTime(tookMs),
    describeCost(spent),
  ]);
  const head = ["tool", "tasks", "passed on", "attempts", "time", "cost"];
  return ["", plainTable(rows, head, columns)];
}

function failures(report: RunReport, options: ReportOptions): string[] {
  const failed = report.tasks.filter((task) => !isFine(task, options));
  if (failed.length === 0) return [];
  const folded = foldFailures(failed);
  const shown = folded.slice(0, MOST_FAILURES);
  const anyKept = shown.some(({ kept }) => kept !== "");
  const rows = shown.map((failure) => {
    const { outcome, reason, kept } = failure;
    return [filesOf(failure), outcome, reason, ...(anyKept ? [kept] : [])];
  });
  const head = ["file", "outcome", "reason", ...(anyKept ? ["kept under"] : [])];
  const table = plainTable(rows, head, options.columns);
  const rest = folded.slice(MOST_FAILURES).reduce((sum, { tasks }) => sum + tasks.length, 0);
  if (rest === 0) return ["", table];
  const reasons = report.failures.map(({ count, outcome, message }) => [
    String(count),
    outcome,
    oneLine(message),
  ]);
  const byReason = plainTable(reasons, [], options.columns);
  return ["", table, `… and ${rest} more; --json lists them all. By reason:`, byReason];
}

function outsideChanges(report: RunReport, { columns }: ReportOptions): string[] {
  const tasks = report.tasks.filter(({ evidence }) => evidence.outsideRef !== null);
  if (tasks.length === 0) return [];
  const rows = tasks
    .slice(0, MOST_FAILURES)
    .map(({ evidence, ...task }) => [
      taskName(task),
      printable(evidence.outside.map(({ path }) => path).join(", ")),
      evidence.outsideRef ?? "",
    ]);
  return [
    "",
    "Changes outside a task's files were not landed (--allow-outside lands them):",
    plainTable(rows, ["task", "also changed", "kept under"], columns),
  ];
}

/** In place nobody can tell who changed them. */
function strays(report: RunReport, { columns }: ReportOptions): string[] {
  const found = new Map(
    report.tasks.flatMap(({ evidence }) =>
      (evidence.strays ?? []).map(({ path, status }) => [path, status] as const),
    ),
  );
  if (found.size === 0) return [];
  const rows = [...found]
    .slice(0, MOST_FAILURES)
    .map(([path, status]) => [printable(path), status]);
  const more = found.size - rows.length;
  return [
    "",
    "Files outside of the tasks' own changed while tasks were at work, by a tool or by somebody else; they",
    "were left as they are:",
    plainTable(rows, [], columns),
    ...(more > 0 ? [`… and ${more} more; --json lists them all.`] : []),
  ];
}

function speed(report: RunReport): string {
  const wall = report.endedAt - report.startedAt;
  const tried = report.tasks.filter(({ attempts }) => attempts > 0);
  const work = tried.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const each = tried.length === 0 ? "" : `, ${formatTime(work / tried.length)} a task`;
  // Its rate is that of the work: a tool that takes seconds to start would make it a riddle.
  const worked = (tried.length / report.tasksPerSecond) * 1000;
  const since = wall > 2 * worked && wall - worked > 2_000 ? " once the tool was ready" : "";
  return `${formatTime(wall)} with ${plural(report.workers, "worker")}, ${formatRate(report.tasksPerSecond)}${since}${each}`;
}

/** Of a few tasks each is one of the slowest. */
function slowest({ slowest: tasks, counts }: RunReport): string[][] {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (all <= SLOWEST || tasks.length === 0) return [];
  const shown = tasks
    .slice(0, SLOWEST)
    .map(
      ({ files, task, tookMs }) => `${formatTime(tookMs)} ${printable(files.join(" ") || task)}`,
    );
  return [["slowest", shown.join(", ")]];
}

/** What was taken of the limits, and what of that is not known but put down. */
function limits({ budget }: RunReport): string[][] {
  if (budget === null) return [];
  const { costUsd, tokens, timeMs } = budget;
  return [
    ...(costUsd === null ? [] : [["budget", limitText(costUsd, formatCost)]]),
    ...(tokens === null
      ? []
      : [["token limit", limitText(tokens, (count) => `${Math.round(count)}`)]]),
    ...(timeMs === null
      ? []
      : [["time limit", `${formatTime(timeMs.taken)} of ${formatTime(timeMs.limit)}`]]),
  ];
}

function limitText(
  { limit, taken, assumed, untold }: LimitReport,
  show: (amount: number) => string,
): string {
  const guess =
    untold === 0
      ? ""
      : ` (${show(assumed)} of it put down for ${plural(untold, "attempt")} that did not tell)`;
  return `${show(taken)} of ${show(limit)}${guess}`;
}

/** Where nothing was done or spent, no figure of it says anything. */
function figures(report: RunReport, { columns }: ReportOptions): string[] {
  const { usage, costUsd } = report;
  const spent = usage === "unknown" || usage.inputTokens + usage.outputTokens > 0 || costUsd !== 0;
  const rows = [
    ...(report.tasksPerSecond > 0 ? [["speed", speed(report)]] : []),
    ...(spent ? [["cost", describeCost(report)]] : []),
    ...(spent ? [["tokens", describeTokens(report)]] : []),
    ...limits(report),
    ...slowest(report),
  ];
  return rows.length === 0 ? [] : ["", plainTable(rows, [], columns)];
}

function ending(report: RunReport): string[] {
  if (report.end === "halted") {
    // The table above has said why its tasks failed, unless it had to cut that.
    const reasons = report.tasks.map(({ reason }) => reason?.message ?? "");
    const told = new Set(
      reasons.filter((reason) => oneLine(reason) === oneLine(reason, Number.POSITIVE_INFINITY)),
    );
    const why = report.haltReason ?? "every task would have failed alike";
    return [`The run gave up: ${withoutTold(why, told)}`];
  }
  if (report.end === "budget") return [report.haltReason ?? "The budget is spent."];
  if (report.end === "quota") return [`The provider refuses for quota: ${report.haltReason ?? ""}`];
  return report.end === "interrupted" ? ["The run was interrupted."] : [];
}

/** The limits that a resumed run begins with otherwise, twice as high; its time begins anew. */
function raised({ budget }: RunReport): string {
  const { costUsd = null, tokens = null } = budget ?? {};
  const cost = costUsd === null ? "" : ` --max-cost ${costUsd.limit * 2}`;
  return tokens === null ? cost : `${cost} --max-tokens ${tokens.limit * 2}`;
}

/** The one command that goes on with what is left, or tries again what failed. */
function goingOn(report: RunReport, options: ReportOptions): string[] {
  const command = (verb: string): string =>
    clusterCommand(`${verb} ${report.run}`, options.elsewhere);
  if (report.end === "budget") {
    return [
      "Go on with it, within a higher limit; what was paid for is not paid again:",
      `  ${command("resume")}${raised(report)}`,
    ];
  }
  const retry = `  ${command("retry")}`;
  // What was left without an outcome is no failure to be tried again: it is gone on with.
  const failed = !report.tasks.every((task) => task.left === true || isFine(task, options));
  const isOver = report.end === "complete" && report.delivery.kind !== "undone";
  if (isOver || report.open === 0) return failed ? ["Try again what failed:", retry] : [];
  return [
    "Go on with it:",
    `  ${command("resume")}`,
    ...(failed ? ["Go on with it, and try again what failed:", retry] : []),
  ];
}

function endOf(report: RunReport, options: ReportOptions): string[] {
  return [
    "",
    ...ending(report),
    ...hintsFor(report, options.elsewhere),
    ...report.warnings.map((warning) => `Note: ${printable(warning)}`),
    ...deliveryLines(report, options.elsewhere),
    ...goingOn(report, options),
  ];
}

/** The end of a run for people: outcomes, failures, speed, cost, and where to look. Pure. */
export function renderReport(report: RunReport, options: ReportOptions): string {
  return [
    countsTable(report, options),
    ...byTool(report, options),
    ...failures(report, options),
    ...outsideChanges(report, options),
    ...strays(report, options),
    ...figures(report, options),
    ...(options.unfinished === true ? [] : endOf(report, options)),
  ].join("\n");
}
