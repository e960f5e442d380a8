import type { RunStatus, RunSummary } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";

/**
 * How a run stands.
 * - `running`, `paused`, `draining`, `stopping`: a process is at work on it
 * - `complete`, `halted`, `interrupted`, `budget`, `quota`: as its last process ended it
 * - `undone`: it worked in place, and was taken back
 * - `left`: its process died, and nobody has gone on with it
 * - `unreadable`: its journal cannot be read
 */
export type RunPhase =
  | "running"
  | "paused"
  | "draining"
  | "stopping"
  | "complete"
  | "halted"
  | "interrupted"
  | "budget"
  | "quota"
  | "undone"
  | "left"
  | "unreadable";

/** @param live What its process says, where it answers. */
export function phaseOf(run: RunSummary, live: RunStatus | null = null): RunPhase {
  if (run.problem !== null) return "unreadable";
  if (run.owner !== null) {
    if (live?.state === "draining" || live?.state === "stopping") return live.state;
    return live?.held === true ? "paused" : "running";
  }
  if (run.end?.delivery.kind === "undone") return "undone";
  return run.end?.end ?? "left";
}

/** How many tasks have no outcome yet. */
export function openTasks({ size, tally }: Pick<RunSummary, "size" | "tally">): number {
  return size - Object.values(tally.counts).reduce((sum, count) => sum + count, 0);
}

/** The one command that goes on with it; `null` where none would. */
export function nextCommand(
  run: RunSummary,
  phase: RunPhase,
  elsewhere: string | undefined,
): string | null {
  const words = nextWords(run, phase);
  return words === null ? null : clusterCommand(words, elsewhere);
}

function nextWords(run: RunSummary, phase: RunPhase): string | null {
  switch (phase) {
    case "running":
    case "draining":
    case "stopping":
      return `logs ${run.run} -f`;
    case "paused":
    case "left":
      return `resume ${run.run}`;
    case "complete":
    case "halted":
    case "interrupted":
    case "budget":
    case "quota":
    case "undone":
      if (openTasks(run) > 0) return `resume ${run.run}`;
      return run.end?.delivery.kind === "kept" ? `land ${run.run}` : null;
    case "unreadable":
      return null;
  }
}
