import type { RunSummary } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import { type KeptRuns, keptRuns } from "../runs/kept-runs.ts";
import { type CheckResult, ok, warn } from "./check.ts";

/** Whether what is kept of this folder's runs is as it was written; nothing where no run can be. */
export async function checkRuns(cwd: string | undefined): Promise<readonly CheckResult[]> {
  let kept: KeptRuns;
  let runs: readonly RunSummary[];
  try {
    kept = await keptRuns(cwd);
    runs = await kept.store.list(kept.repository);
  } catch {
    // A folder of runs that cannot be read is told of already.
    return [];
  }
  const faults: CheckResult[] = [];
  for (const run of runs) {
    const found = await faultOf(run, kept);
    if (found !== null) faults.push(found);
  }
  const whole = runs.length - faults.length;
  return [ok("runs", whole === 0 ? "none kept" : `${whole} kept, undamaged`), ...faults];
}

async function faultOf({ run, problem }: RunSummary, kept: KeptRuns): Promise<CheckResult | null> {
  const name = `run ${run}`;
  const remedy = `What can be believed of it goes on, and git tells what landed: ${clusterCommand(`resume ${run}`, kept.elsewhere)}`;
  if (problem !== null) return warn(name, problem, remedy);
  try {
    using reader = await kept.store.read(kept.repository, run);
    const fault = reader.check();
    return fault === null ? null : warn(name, `its journal is damaged: ${fault}`, remedy);
  } catch (error) {
    return warn(name, error instanceof Error ? error.message : String(error), remedy);
  }
}
