import type { Delivery, RunStatus, RunSummary, RunTally } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import { fromStored } from "../run/from-stored.ts";
import { nextCommand, openTasks, phaseOf, type RunPhase } from "../runs/run-phase.ts";

/** How one run stands, as plain data: what `cluster status --json` prints. */
export interface RunOverview {
  readonly run: string;
  readonly phase: RunPhase;
  /** `null` for a run whose journal cannot be read, as all that follows from it. */
  readonly tool: string | null;
  readonly workers: number | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly tasks: number;
  /** Without an outcome. */
  readonly open: number;
  readonly counts: RunTally["counts"];
  readonly spent: RunTally["spent"];
  /** Why it was halted or interrupted, did not land, or what is wrong with its journal. */
  readonly reason: string | null;
  readonly delivery: Delivery | null;
  /** The process that is at work on it. */
  readonly pid: number | null;
  /** Its folder: journal, events, transcripts, report. */
  readonly folder: string;
  /** The tools that it is a comparison of, and the command that shows them side by side. */
  readonly compared: { readonly tools: readonly string[]; readonly command: string } | null;
  /** The one command that goes on with it. */
  readonly next: string | null;
  /** What its process says at this moment, where it answers. */
  readonly live: RunStatus | null;
}

const LEFT = "its process ended before it did; nobody has gone on with it";

/** Why a run that came to its end stayed on its own branch. */
function refusalOf(end: RunSummary["end"]): string | null {
  return end?.end === "complete" && end.delivery.kind === "kept" ? end.delivery.reason : null;
}

/** Pure. */
export function overviewOf(
  run: RunSummary,
  live: RunStatus | null,
  elsewhere: string | undefined,
): RunOverview {
  const phase = phaseOf(run, live);
  const { record, end } = run;
  const comparison = record === null ? undefined : fromStored(record)?.comparison;
  return {
    run: run.run,
    phase,
    tool: record?.tool ?? null,
    workers: live?.workers ?? record?.workers ?? null,
    startedAt: record?.createdAt ?? null,
    endedAt: end?.at ?? null,
    tasks: run.size,
    open: openTasks(run),
    counts: run.tally.counts,
    spent: run.tally.spent,
    reason: run.problem ?? end?.reason ?? (phase === "left" ? LEFT : refusalOf(end)),
    delivery: end?.delivery ?? null,
    pid: run.owner?.pid ?? null,
    folder: run.folder,
    compared:
      comparison === undefined
        ? null
        : { tools: comparison.tools, command: clusterCommand(`compare ${run.run}`, elsewhere) },
    next: nextCommand(run, phase, elsewhere),
    live,
  };
}
