import type { RunReader, RunSummary } from "@cluster/batch";
import type { KeptRuns } from "./kept-runs.ts";
import { summaryOf } from "./read-summary.ts";
import { openTasks, phaseOf } from "./run-phase.ts";

/** Somebody is at work on it, its process died, or tasks of it are open. What cannot be read may be mended. */
function canGoOn(run: RunSummary): boolean {
  const phase = phaseOf(run);
  return run.owner !== null || phase === "left" || phase === "unreadable" || openTasks(run) > 0;
}

/** The newest run that can be gone on with; `null` when each has come to its end. */
export async function resumableRun(
  { repository, store }: KeptRuns,
  newest: RunReader,
): Promise<string | null> {
  if (canGoOn(summaryOf(newest))) return newest.record.run;
  // To sum all of them up takes its time.
  return (await store.list(repository)).find(canGoOn)?.run ?? null;
}
