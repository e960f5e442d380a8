import { formatCost, formatTime, plural } from "@cluster/batch/kept";
import { clusterCommand } from "../command/command-to-copy.ts";
import { printable } from "../progress/fit.ts";
import { plainTable } from "../report/plain-table.ts";
import type { ComparedTask, Comparison } from "./comparison.ts";

const RUN_HEAD = ["tool", "run", "end", "landed", "lines", "time", "cost", "branch"];

function lines(added: number | null, removed: number | null): string {
  return added === null || removed === null ? "" : `+${added} -${removed}`;
}

function cost({ costUsd, knownCostUsd }: Pick<ComparedTask, "costUsd" | "knownCostUsd">): string {
  const isPart = costUsd === "unknown" && knownCostUsd > 0;
  return isPart ? `at least ${formatCost(knownCostUsd)}` : formatCost(costUsd);
}

function runRows({ runs, missing }: Comparison): string[][] {
  const begun = runs.map((run) => [
    run.tool,
    run.run,
    run.end,
    `${run.landed} of ${run.tasks}`,
    lines(run.addedLines, run.removedLines),
    formatTime(run.tookMs),
    cost(run),
    run.branch ?? "",
  ]);
  return [...begun, ...missing.map((tool) => [tool, "", "not begun", "", "", "", "", ""])];
}

function time({ outcome, tookMs }: ComparedTask): string {
  // An attempt that was cut short took nobody knows how long.
  return outcome === null && tookMs === 0 ? "unknown" : formatTime(tookMs);
}

function cell(task: ComparedTask | null): string[] {
  if (task === null) return ["not tried", "", "", ""];
  const { outcome, verified } = task;
  // It has taken nothing yet, and "$0.00" beside the "unknown" of one that was cut short looks like a result.
  if (task.attempts === 0) return [outcome ?? "open", "", "", ""];
  const judged = verified === null || outcome === "verify-failed" ? "" : ", verified";
  return [
    `${outcome ?? "open"}${judged}`,
    lines(task.addedLines, task.removedLines),
    time(task),
    cost(task),
  ];
}

/** One row for each task and tool: side by side would be too wide for three. */
function taskRows({ runs, tasks }: Comparison): string[][] {
  return tasks.flatMap(({ files, results }) =>
    results.map((result, i) => [
      i === 0 ? files.join(", ") || "(no files)" : "",
      runs[i]?.tool ?? "",
      ...cell(result),
    ]),
  );
}

const TASK_HEAD = ["task", "tool", "outcome", "lines", "time", "cost"];

function landing({ runs }: Comparison, elsewhere: string | undefined): string[] {
  const landable = runs.filter(({ branch, landed }) => branch !== null && landed > 0);
  if (landable.length === 0) return ["Nothing landed."];
  return [
    "Nothing has landed in your branch. Land one of them with:",
    ...landable.map(({ run, tool }) => `  ${clusterCommand(`land ${run}`, elsewhere)}   # ${tool}`),
  ];
}

/** What the tools may take together, where somebody said so. */
function limitLines({ limits: { maxCostUsd, maxTokens } }: Comparison): string[] {
  const limits = [
    ...(maxCostUsd === null ? [] : [formatCost(maxCostUsd)]),
    ...(maxTokens === null ? [] : [plural(maxTokens, "token")]),
  ];
  return limits.length === 0 ? [] : [`Limit for all tools together: ${limits.join(" and ")}.`];
}

/** Higher limits, for those that were cut off by them. */
function raised({ maxCostUsd, maxTokens }: Comparison["limits"]): string {
  const cost = maxCostUsd === null ? "" : ` --max-cost ${maxCostUsd * 2}`;
  return maxTokens === null ? cost : `${cost} --max-tokens ${maxTokens * 2}`;
}

/** Whoever goes on with a run goes on with those that have not begun, too. */
function goingOn({ runs, missing, limits }: Comparison, elsewhere: string | undefined): string[] {
  const idle = runs.filter(({ end }) => end !== "running");
  const failed = idle.filter((run) => run.failed > 0);
  const cut = idle.filter((run) => run.failed === 0 && run.open > 0);
  const waits = missing.length > 0 && failed.length + cut.length === 0 ? idle.slice(-1) : [];
  const commands = [
    ...cut.map(({ run, tool, end }) => [
      `resume ${run}${end === "budget" ? raised(limits) : ""}`,
      tool,
    ]),
    ...failed.map(({ run, tool }) => [`retry ${run}`, tool]),
    ...waits.map(({ run }) => [`resume ${run}`, missing.join(", ")]),
  ];
  if (commands.length === 0) return [];
  return [
    "Go on with what was cut short or failed, and see all of it side by side again:",
    ...commands.map(([words = "", what]) => `  ${clusterCommand(words, elsewhere)}   # ${what}`),
  ];
}

function nextSteps(comparison: Comparison, elsewhere: string | undefined): string[] {
  const bases = new Set(comparison.runs.map(({ base }) => base));
  const apart =
    "They did not begin on the same commit, so that they had different files before them.";
  return [
    ...(bases.size > 1 ? [apart] : []),
    ...limitLines(comparison),
    ...landing(comparison, elsewhere),
    ...goingOn(comparison, elsewhere),
  ];
}

/** A comparison for people. Pure. */
export function renderComparison(
  comparison: Comparison,
  columns?: number,
  elsewhere?: string,
): string {
  const { sample, tasks, runs } = comparison;
  const which = sample === null ? "" : `, ${sample}`;
  const tools = runs.length + comparison.missing.length;
  return [
    `${plural(tasks.length, "task")} by ${plural(tools, "tool")}${which}`,
    "",
    plainTable(
      runRows(comparison).map((row) => row.map(printable)),
      RUN_HEAD,
      columns,
    ),
    "",
    plainTable(
      taskRows(comparison).map((row) => row.map(printable)),
      TASK_HEAD,
      columns,
    ),
    "",
    ...nextSteps(comparison, elsewhere),
  ].join("\n");
}

/** The same as Markdown. */
export function comparisonToMarkdown(comparison: Comparison): string {
  const { sample, tasks, runs, missing } = comparison;
  const tools = [...runs.map(({ tool }) => tool), ...missing];
  const title = `# ${tools.map(escaped).join(" and ")}: ${plural(tasks.length, "task")}`;
  const rows = taskRows(comparison).map(([task = "", ...rest], i) => [
    task === "" ? escaped(tasks[Math.floor(i / runs.length)]?.files.join(", ") ?? "") : task,
    ...rest,
  ]);
  return [
    title,
    ...(sample === null ? [] : ["", `${sample[0]?.toUpperCase()}${sample.slice(1)}.`]),
    ...limitLines(comparison).flatMap((line) => ["", line]),
    "",
    ...markdownTable(RUN_HEAD, runRows(comparison)),
    "",
    ...markdownTable(TASK_HEAD, rows),
    "",
  ].join("\n");
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(line)];
}

/** File names may have anything in them. */
function escaped(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>#|@]/g, "\\$&");
}
