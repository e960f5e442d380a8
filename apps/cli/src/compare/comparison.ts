import type { Comparable, ComparableTask } from "./comparable.ts";

/** What one tool made of one task. */
export type ComparedTask = Omit<ComparableTask, "files">;

/** One run of a comparison. */
export interface ComparedRun extends Omit<Comparable, "tasks" | "exit"> {
  /** How many tasks it has. */
  readonly tasks: number;
  readonly landed: number;
  /** How many it is still to do. */
  readonly open: number;
  /** How many neither landed nor changed nothing. */
  readonly failed: number;
  /** Of what landed. */
  readonly addedLines: number;
  readonly removedLines: number;
  readonly costUsd: number | "unknown";
  readonly knownCostUsd: number;
}

/** The same tasks, done by several tools. */
export interface Comparison {
  /** Which of all the tasks, for people; `null` for all of them. */
  readonly sample: string | null;
  /** What all of its tools may take together; `null` where nothing was said. */
  readonly limits: { readonly maxCostUsd: number | null; readonly maxTokens: number | null };
  readonly runs: readonly ComparedRun[];
  /** Tools that are to do the tasks too, and have not begun. */
  readonly missing: readonly string[];
  /** Each with what the runs made of it, in their order; `null` for one that does not have it. */
  readonly tasks: readonly {
    readonly files: readonly string[];
    readonly results: readonly (ComparedTask | null)[];
  }[];
}

/** Puts runs of the same tasks side by side. Tasks are the same when they are about the same files. */
export function compareRuns(
  runs: readonly Comparable[],
  { sample, missing, limits }: Pick<Comparison, "sample" | "missing" | "limits">,
): Comparison {
  const tables = runs.map(({ tasks }) => byContent(tasks));
  const keys = [...new Set(tables.flatMap((table) => [...table.keys()]))];
  return {
    sample,
    limits,
    runs: runs.map(comparedRun),
    missing,
    tasks: keys.map((key) => ({
      files: tables.find((table) => table.has(key))?.get(key)?.files ?? [],
      results: tables.map((table) => {
        const task = table.get(key);
        return task === undefined ? null : comparedTask(task);
      }),
    })),
  };
}

/** A task's id has its tool in it: its place among those with the same files stands for it. */
function byContent(tasks: readonly ComparableTask[]): ReadonlyMap<string, ComparableTask> {
  const seen = new Map<string, number>();
  const table = new Map<string, ComparableTask>();
  for (const task of tasks) {
    const files = JSON.stringify(task.files);
    const place = (seen.get(files) ?? 0) + 1;
    seen.set(files, place);
    table.set(JSON.stringify([files, place]), task);
  }
  return table;
}

function comparedTask({ files: _, ...task }: ComparableTask): ComparedTask {
  return task;
}

function comparedRun({ tasks, exit: _, ...run }: Comparable): ComparedRun {
  const landed = tasks.filter(({ outcome }) => outcome === "landed");
  const open = tasks.filter(({ outcome }) => outcome === null).length;
  const fine = tasks.filter(({ outcome }) => outcome === "landed" || outcome === "no-change");
  const isUnknown = tasks.some(({ costUsd }) => costUsd === "unknown");
  const knownCostUsd = sum(tasks.map((task) => task.knownCostUsd));
  return {
    ...run,
    tasks: tasks.length,
    landed: landed.length,
    open,
    failed: tasks.length - fine.length - open,
    addedLines: sum(landed.map(({ addedLines }) => addedLines ?? 0)),
    removedLines: sum(landed.map(({ removedLines }) => removedLines ?? 0)),
    costUsd: isUnknown ? "unknown" : knownCostUsd,
    knownCostUsd,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
