import type { RunReader, RunRecord, RunSummary } from "@cluster/batch";
import { plural, reportOfRun } from "@cluster/batch/kept";
import { clusterCommand } from "../command/command-to-copy.ts";
import { workingFolder } from "../command/working-folder.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { columnsFor } from "../report/plain-table.ts";
import { renderReport } from "../report/render-report.ts";
import { reportFiles, writeReportFiles } from "../report/report-files.ts";
import { shellWord } from "../report/shell-word.ts";
import { fromStored } from "../run/from-stored.ts";
import { findTask, type WantedTask } from "../runs/find-task.ts";
import { keptRuns } from "../runs/kept-runs.ts";
import { summaryOf } from "../runs/read-summary.ts";
import { nextCommand, openTasks, phaseOf } from "../runs/run-phase.ts";
import { formatMoment } from "../runs/when.ts";
import { diffOf, printDiff, readDiff } from "./diff.ts";
import { renderTask } from "./render-task.ts";

/** The flags of `cluster show`. */
export interface ShowFlags {
  readonly diff?: boolean;
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly cwd?: string;
}

/** `cluster show [RUN] [TASK]`. */
export async function showRun(
  run: string,
  wanted: string | undefined,
  flags: ShowFlags,
): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const files = reportFiles(flags.report ?? [], cwd);
  const { repository, store, elsewhere } = await keptRuns(flags.cwd);
  using reader = await store.read(repository, run).catch((error: unknown) => {
    if (wanted === undefined) requireRunFirst(error, run, elsewhere);
    throw error;
  });
  if (wanted !== undefined) return await showTask(reader, { task: wanted, cwd, elsewhere }, flags);
  const { record } = reader;
  const { root } = record;
  const requireChange = requiresChange(reader);
  const report = reportOfRun(reader, { requireChange });
  const problems = await writeReportFiles(report, files);
  for (const line of problems) process.stderr.write(`${line}\n`);
  const diff = diffOf(record, report.tasks);
  if (flags.json === true) {
    print(flags.diff === true ? { ...report, diff: await readDiff(root, diff) } : report);
  } else if (flags.diff === true) {
    await printDiff(root, diff);
  } else {
    const run = summaryOf(reader);
    const columns = columnsFor(process.stdout);
    const unfinished = run.end === null;
    const text = renderReport(report, { requireChange, elsewhere, unfinished, columns });
    const next = unfinished ? `\n\nNext: ${nextCommand(run, phaseOf(run), elsewhere)}` : "";
    process.stdout.write(`${headline(run, record)}\n\n${text}${next}\n`);
  }
  return problems.length === 0 ? "done" : "setup";
}

/** @throws {CliError} usage, where a file stands in the place of the run */
function requireRunFirst(error: unknown, given: string, elsewhere: string | undefined): void {
  if ((error as { readonly code?: unknown }).code !== "RUN_UNKNOWN") return;
  if (given === "last" || !/[./#\\]/.test(given)) return;
  throw usageError(
    `There is no run "${given}". The run comes first, and then one of its files.`,
    `Of the newest run: ${clusterCommand(`show last ${shellWord(given)}`, elsewhere)}`,
    error,
  );
}

function print(data: unknown): void {
  process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
}

/** Of a run whose flags are known here. */
function requiresChange({ record }: RunReader): boolean {
  const stored = fromStored(record);
  return stored?.flags.requireChange ?? stored?.config.requireChange ?? false;
}

function headline(run: RunSummary, { createdAt, tool }: RunRecord): string {
  const open = openTasks(run);
  const still = open === 0 ? "" : `, ${open} without an outcome`;
  const state = `Run ${run.run}: ${phaseOf(run)}, ${plural(run.size, "task")}${still}`;
  return `${state}, begun ${formatMoment(createdAt)} with ${tool}`;
}

async function showTask(
  reader: RunReader,
  wanted: WantedTask,
  flags: ShowFlags,
): Promise<ExitName> {
  const entry = findTask(reader, wanted);
  const shown = { ...entry, attempts: reader.attempts(entry.task.id) };
  const { root } = reader.record;
  const diff = diffOf(reader.record, entry.outcome === null ? [] : [entry.outcome]);
  if (flags.json === true) {
    print(flags.diff === true ? { ...shown, diff: await readDiff(root, diff) } : shown);
  } else if (flags.diff === true) {
    await printDiff(root, diff);
  } else {
    process.stdout.write(
      `${renderTask(shown, { atWork: reader.owner !== null, columns: columnsFor(process.stdout) })}\n`,
    );
  }
  return "done";
}
