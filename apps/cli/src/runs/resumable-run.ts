import { statSync } from "node:fs";
import { join } from "node:path";
import type { RunSummary } from "@cluster/batch";
import { askRun, RUN_FILES } from "@cluster/batch/kept";
import { fromStored, type StoredComparison } from "../run/from-stored.ts";
import type { KeptRuns } from "./kept-runs.ts";
import { openTasks, phaseOf } from "./run-phase.ts";

/** What a user means who says nothing but that it is to go on. */
export interface Resumable {
  readonly run: string;
  /** When somebody was at work on it last, in milliseconds since the epoch. */
  readonly activeAt: number;
  /** What it is part of. */
  readonly comparison: StoredComparison | null;
  /** Others that could be gone on with, by the run that stands for each. */
  readonly others: readonly string[];
}

/** A run, or all runs of a comparison. */
interface Unit {
  readonly run: RunSummary;
  readonly runs: readonly RunSummary[];
  readonly comparison: StoredComparison | null;
  readonly activeAt: number;
}

/**
 * Somebody is at work on it, its process died, or tasks of it are open. What cannot be read may be mended. What the
 * user took back is made again only where that run is named, or is the newest and no other one is meant.
 */
function canGoOn(run: RunSummary): boolean {
  const phase = phaseOf(run);
  if (phase === "undone") return false;
  return run.owner !== null || phase === "left" || phase === "unreadable" || openTasks(run) > 0;
}

/** Of one that was killed, its log of events tells when that was. */
function activeAt({ end, owner, folder, record }: RunSummary): number {
  if (owner !== null) return Number.POSITIVE_INFINITY;
  return end?.at ?? toldAt(folder) ?? record?.createdAt ?? 0;
}

function toldAt(folder: string): number | undefined {
  try {
    return statSync(join(folder, RUN_FILES.events), { throwIfNoEntry: false })?.mtimeMs;
  } catch {
    // Another user's, such as of a run that began under sudo.
    return undefined;
  }
}

function unitOf(runs: readonly [RunSummary, ...RunSummary[]]): Unit | null {
  const [newest] = runs;
  const comparison = comparisonOf(newest);
  // One that was killed before it had planned has done nothing, and is begun anew.
  const begun = comparison === null ? runs : runs.filter(({ size }) => size > 0);
  const byActivity = begun.toSorted((a, b) => activeAt(b) - activeAt(a));
  const open = byActivity.find(canGoOn);
  const isMissing = comparison !== null && begun.length < comparison.tools.length;
  const run = open ?? (isMissing ? (byActivity[0] ?? newest) : undefined);
  if (run === undefined) return null;
  return { run, runs, comparison, activeAt: Math.max(...runs.map(activeAt)) };
}

function comparisonOf({ record }: RunSummary): StoredComparison | null {
  return (record === null ? null : fromStored(record)?.comparison) ?? null;
}

/** Somebody is at work on it, and it is not paused: it goes on already. */
async function isUnderWay({ runs }: Unit): Promise<boolean> {
  const owned = runs.find(({ owner }) => owner !== null);
  if (owned === undefined) return false;
  const answer = await askRun(owned.folder, { command: "status" });
  return answer?.ok !== true || !answer.status.held;
}

/**
 * The run that was worked on last, of all that can be gone on with; a comparison counts as one, also where only
 * the turn of a tool is still to come. One that is under way is meant only where there is no other.
 * @returns `null` when each has come to its end
 */
export async function resumableRun({ repository, store }: KeptRuns): Promise<Resumable | null> {
  const listed = await store.list(repository);
  const groups = Map.groupBy(listed, (run) => comparisonOf(run)?.id ?? run.run);
  const units = [...groups.values()]
    .flatMap((runs) => unitOf(runs as [RunSummary, ...RunSummary[]]) ?? [])
    .sort((a, b) => b.activeAt - a.activeAt);
  const busy = await Promise.all(units.map(isUnderWay));
  const waiting = units.filter((_, at) => !busy[at]);
  const unit = waiting[0] ?? units[0];
  if (unit === undefined) return null;
  const others = waiting.filter((one) => one !== unit).map(({ run }) => run.run);
  return { run: unit.run.run, activeAt: unit.activeAt, comparison: unit.comparison, others };
}
