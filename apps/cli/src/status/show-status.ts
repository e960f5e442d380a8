import type { RunStatus, RunSummary } from "@cluster/batch";
import { askRun } from "@cluster/batch/kept";
import type { ExitName } from "../exit/exit-codes.ts";
import { columnsFor } from "../report/plain-table.ts";
import { keptRuns } from "../runs/kept-runs.ts";
import { summaryOf } from "../runs/read-summary.ts";
import { renderRun, renderRuns } from "./render-status.ts";
import { overviewOf, type RunOverview } from "./run-overview.ts";

/** The flags of `cluster status`. */
export interface StatusFlags {
  readonly json?: boolean;
  readonly cwd?: string;
}

/** What the process says that is at work on a run; `null` when none is, or it does not answer. */
async function live({ owner, folder }: RunSummary): Promise<RunStatus | null> {
  if (owner === null) return null;
  const answer = await askRun(folder, { command: "status" });
  return answer?.ok === true ? answer.status : null;
}

/** `cluster status [RUN]`. */
export async function showStatus(run: string | undefined, flags: StatusFlags): Promise<ExitName> {
  const { repository, store, elsewhere } = await keptRuns(flags.cwd);
  const overview = async (one: RunSummary): Promise<RunOverview> =>
    overviewOf(one, await live(one), elsewhere);
  const now = Date.now();
  if (run === undefined) {
    const listed = await store.list(repository);
    const runs = await Promise.all(listed.map(overview));
    print(flags, { runs }, () => renderRuns(runs, now, columnsFor(process.stdout), elsewhere));
    return "done";
  }
  using reader = await store.read(repository, run);
  const shown = await overview(summaryOf(reader));
  print(flags, shown, () => renderRun(shown, now, columnsFor(process.stdout)));
  return "done";
}

function print(flags: StatusFlags, data: unknown, text: () => string): void {
  process.stdout.write(`${flags.json === true ? JSON.stringify(data, null, 2) : text()}\n`);
}
