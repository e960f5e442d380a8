import type { RunStatus, RunSummary } from "@cluster/batch";
import { askRun } from "@cluster/batch/kept";
import type { ExitName } from "../exit/exit-codes.ts";
import { columnsFor } from "../report/plain-table.ts";
import { keptRuns } from "../runs/kept-runs.ts";
import { summaryOf } from "../runs/read-summary.ts";
import { renderRun, renderRuns } from "./render-status.ts";
import { overviewOf } from "./run-overview.ts";

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
  const { repository, store } = await keptRuns(flags.cwd);
  const now = Date.now();
  if (run === undefined) {
    const listed = await store.list(repository);
    const runs = await Promise.all(listed.map(async (one) => overviewOf(one, await live(one))));
    print(flags, { runs }, () => renderRuns(runs, now, columnsFor(process.stdout)));
    return "done";
  }
  using reader = await store.read(repository, run);
  const summary = summaryOf(reader);
  const overview = overviewOf(summary, await live(summary));
  print(flags, overview, () => renderRun(overview, now, columnsFor(process.stdout)));
  return "done";
}

function print(flags: StatusFlags, data: unknown, text: () => string): void {
  process.stdout.write(`${flags.json === true ? JSON.stringify(data, null, 2) : text()}\n`);
}
