import type { Outcome, RunReport, TaskOutcome } from "@cluster/batch";

/** What one tool made of one task. */
export interface ComparedTask {
  readonly outcome: Outcome | null;
  readonly reason: string | null;
  /** Lines within its files; `null` where nothing was changed. */
  readonly addedLines: number | null;
  readonly removedLines: number | null;
  /** US dollars. */
  readonly costUsd: number | "unknown";
  readonly tookMs: number;
  /** What the verify command said; `null` where it was not asked. */
  readonly verified: boolean | null;
}

/** One run of a comparison. */
export interface ComparedRun {
  readonly run: string;
  readonly tool: string;
  /** Where what landed stays; `null` when nothing did. */
  readonly branch: string | null;
  readonly end: RunReport["end"];
  readonly landed: number;
  readonly addedLines: number;
  readonly removedLines: number;
  readonly costUsd: number | "unknown";
  readonly knownCostUsd: number;
  /** From its first task to its end. */
  readonly tookMs: number;
  readonly ok: boolean;
}

/** The same tasks, done by several tools. */
export interface Comparison {
  /** Which of all the tasks, for people; `null` for all of them. */
  readonly sample: string | null;
  readonly runs: readonly ComparedRun[];
  /** Each with what the runs made of it, in their order; `null` for one that does not have it. */
  readonly tasks: readonly {
    readonly files: readonly string[];
    readonly results: readonly (ComparedTask | null)[];
  }[];
}

/** A run to be compared. */
export interface Comparable {
  readonly report: RunReport;
  /** Whether edits were verified. */
  readonly verified: boolean;
}

/** Puts runs of the same tasks side by side. Tasks are the same when they are about the same files. */
export function compareRuns(runs: readonly Comparable[], sample: string | null): Comparison {
  const tables = runs.map(({ report }) => byContent(report.tasks));
  const keys = [...new Set(tables.flatMap((table) => [...table.keys()]))];
  return {
    sample,
    runs: runs.map(({ report }) => comparedRun(report)),
    tasks: keys.map((key) => ({
      files: tables.find((table) => table.has(key))?.get(key)?.files ?? [],
      results: tables.map((table, i) => {
        const task = table.get(key);
        return task === undefined ? null : comparedTask(task, runs[i]?.verified === true);
      }),
    })),
  };
}

/** A task's id has its tool in it: its place among those with the same files stands for it. */
function byContent(tasks: readonly TaskOutcome[]): ReadonlyMap<string, TaskOutcome> {
  const seen = new Map<string, number>();
  const table = new Map<string, TaskOutcome>();
  for (const task of tasks) {
    const files = JSON.stringify(task.files);
    const place = (seen.get(files) ?? 0) + 1;
    seen.set(files, place);
    table.set(JSON.stringify([files, place]), task);
  }
  return table;
}

function comparedTask(task: TaskOutcome, verified: boolean): ComparedTask {
  const { outcome, reason, evidence, spent, tookMs } = task;
  const { changes } = evidence;
  const judged = verified && (outcome === "landed" || outcome === "verify-failed");
  return {
    outcome,
    reason: reason?.message ?? null,
    addedLines: changes.length === 0 ? null : sum(changes.map((change) => change.addedLines ?? 0)),
    removedLines:
      changes.length === 0 ? null : sum(changes.map((change) => change.removedLines ?? 0)),
    costUsd: spent.costUsd,
    tookMs,
    verified: judged ? outcome === "landed" : null,
  };
}

function comparedRun(report: RunReport): ComparedRun {
  const { run, tool, delivery, end, counts, tasks, costUsd, knownCostUsd, ok } = report;
  const landed = tasks.filter(({ outcome }) => outcome === "landed");
  const changes = landed.flatMap(({ evidence }) => evidence.changes);
  return {
    run,
    tool,
    branch: delivery.kind === "kept" || delivery.kind === "merged" ? delivery.branch : null,
    end,
    landed: counts.landed,
    addedLines: sum(changes.map(({ addedLines }) => addedLines ?? 0)),
    removedLines: sum(changes.map(({ removedLines }) => removedLines ?? 0)),
    costUsd,
    knownCostUsd,
    tookMs: report.endedAt - report.startedAt,
    ok,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
