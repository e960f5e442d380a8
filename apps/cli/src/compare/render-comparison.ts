import { formatCost, formatTime, plural } from "@cluster/batch/kept";
import { printable } from "../progress/fit.ts";
import { plainTable } from "../report/plain-table.ts";
import type { ComparedTask, Comparison } from "./comparison.ts";

const RUN_HEAD = ["tool", "run", "landed", "lines", "time", "cost", "branch"];

function lines(added: number | null, removed: number | null): string {
  return added === null || removed === null ? "" : `+${added} -${removed}`;
}

function runRows({ runs, tasks }: Comparison): string[][] {
  return runs.map((run) => [
    run.tool,
    run.run,
    `${run.landed} of ${tasks.length}`,
    lines(run.addedLines, run.removedLines),
    formatTime(run.tookMs),
    run.costUsd === "unknown" && run.knownCostUsd > 0
      ? `at least ${formatCost(run.knownCostUsd)}`
      : formatCost(run.costUsd),
    run.branch ?? "",
  ]);
}

function cell(task: ComparedTask | null): string[] {
  if (task === null) return ["not tried", "", "", ""];
  const { outcome, verified } = task;
  const judged = verified === null || outcome === "verify-failed" ? "" : ", verified";
  return [
    `${outcome ?? "open"}${judged}`,
    lines(task.addedLines, task.removedLines),
    formatTime(task.tookMs),
    formatCost(task.costUsd),
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

function nextSteps({ runs }: Comparison): string[] {
  const landable = runs.filter(({ branch, landed }) => branch !== null && landed > 0);
  const open = runs.filter(({ end }) => end !== "complete");
  return [
    ...(landable.length === 0
      ? ["Nothing landed."]
      : [
          "Nothing has landed in your branch. Land one of them with:",
          ...landable.map(({ run, tool }) => `  cluster land ${run}   # ${tool}`),
        ]),
    ...(open.length === 0
      ? []
      : [
          "Go on with what was cut short or failed, and see them side by side again:",
          ...open.map(({ run, tool }) => `  cluster retry ${run}   # ${tool}`),
          `  cluster compare ${runs.map(({ run }) => run).join(" ")}`,
        ]),
  ];
}

/** A comparison for people. Pure. */
export function renderComparison(comparison: Comparison, columns?: number): string {
  const { sample, tasks, runs } = comparison;
  const which = sample === null ? "" : `, ${sample}`;
  return [
    `${plural(tasks.length, "task")} by ${plural(runs.length, "tool")}${which}`,
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
    ...nextSteps(comparison),
  ].join("\n");
}

/** The same as Markdown. */
export function comparisonToMarkdown(comparison: Comparison): string {
  const { sample, tasks, runs } = comparison;
  const title = `# ${runs.map(({ tool }) => escaped(tool)).join(" and ")}: ${plural(tasks.length, "task")}`;
  const rows = taskRows(comparison).map(([task = "", ...rest], i) => [
    task === "" ? escaped(tasks[Math.floor(i / runs.length)]?.files.join(", ") ?? "") : task,
    ...rest,
  ]);
  return [
    title,
    ...(sample === null ? [] : ["", `${sample[0]?.toUpperCase()}${sample.slice(1)}.`]),
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
