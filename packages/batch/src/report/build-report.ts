import type { Delivery } from "@cluster/workspace";
import type { TaskOutcome } from "../contract/evidence.ts";
import type { Outcome } from "../contract/outcome.ts";
import type { BudgetReport, RunReport, ToolReport } from "../contract/report.ts";
import type { RunStatus } from "../status/run-status.ts";
import { NO_COUNTS } from "../status/run-status.ts";
import { clusterFailures } from "./cluster-failures.ts";
import { slowestTasks } from "./slowest-tasks.ts";
import { addSpending, NOTHING_SPENT } from "./spending.ts";
import { addToTools } from "./tool-reports.ts";

/** What a report is made of. */
export interface ReportParts {
  /** The run's status: who ran, and since when. */
  readonly status: RunStatus;
  readonly tasks: readonly TaskOutcome[];
  readonly end: RunReport["end"];
  readonly haltReason: string | null;
  readonly budget: BudgetReport | null;
  readonly delivery: Delivery;
  readonly warnings: readonly string[];
  readonly requireChange: boolean;
  /** How many tasks had ended before this session of the run began. */
  readonly endedBefore: number;
  /** The check of everything together refused it. */
  readonly refused: boolean;
  readonly endedAt: number;
}

/** Outcomes of tasks that are left to be done, whatever was begun of them. */
const LEFT: ReadonlySet<Outcome> = new Set(["cancelled", "budget", "quota"]);

/** The end of a run as plain data, from the outcomes that its journal holds. */
export function buildReport(parts: ReportParts): RunReport {
  const { status, endedAt, requireChange } = parts;
  const tasks = [...parts.tasks].sort((a, b) => a.index - b.index);
  const counts: Record<Outcome, number> = { ...NO_COUNTS };
  let spent = NOTHING_SPENT;
  let byTool: readonly ToolReport[] = [];
  for (const task of tasks) {
    byTool = addToTools(byTool, task);
    counts[task.outcome] += 1;
    spent = addSpending(spent, task.spent);
  }
  const done = tasks.filter(({ attempts, outcome }) => attempts > 0 && !LEFT.has(outcome));
  const tried = done.length - parts.endedBefore;
  const seconds = (endedAt - (status.firstAttemptAt ?? endedAt)) / 1000;
  const good = counts.landed + (requireChange ? 0 : counts["no-change"]);
  return {
    run: status.run,
    tool: status.tool,
    workers: status.workers,
    base: status.base,
    startedAt: status.startedAt ?? endedAt,
    endedAt,
    end: parts.end,
    haltReason: parts.haltReason,
    budget: parts.budget,
    counts,
    ...spent,
    byTool,
    tasks,
    open: tasks.filter(({ left }) => left === true).length,
    failures: clusterFailures(
      requireChange ? tasks : tasks.filter((task) => task.outcome !== "no-change"),
    ),
    slowest: slowestTasks(tasks),
    tasksPerSecond: seconds > 0 ? Math.max(0, tried) / seconds : 0,
    delivery: parts.delivery,
    warnings: parts.warnings,
    ok: parts.end === "complete" && !parts.refused && good === tasks.length,
  };
}

/** The report as JSON text, indented, with a line end. */
export function reportToJson(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
