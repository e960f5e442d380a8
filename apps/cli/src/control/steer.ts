import type { ControlCommand, RunStatus, RunSummary } from "@cluster/batch";
import { askRun, plural } from "@cluster/batch/kept";
import { clusterCommand } from "../command/command-to-copy.ts";
import { setupError, usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { turnsUnderWay } from "../run/turns-under-way.ts";
import { type KeptRuns, keptRuns } from "../runs/kept-runs.ts";
import { summaryOf } from "../runs/read-summary.ts";

/** The flags of the commands that steer a run. */
export interface SteerFlags {
  readonly json?: boolean;
  readonly cwd?: string;
}

/** The run that is meant, which somebody is at work on. @throws {CliError} usage */
async function runningRun(
  { store, repository, elsewhere }: KeptRuns,
  wanted: string | undefined,
): Promise<RunSummary> {
  if (wanted !== undefined) {
    using reader = await store.read(repository, wanted);
    const run = summaryOf(reader);
    if (run.owner !== null) return run;
    throw usageError(
      `Nobody is at work on run ${run.run}.`,
      `How it stands: ${clusterCommand(`status ${run.run}`, elsewhere)}`,
    );
  }
  const running = (await store.list(repository)).filter(({ owner }) => owner !== null);
  const [only] = running;
  if (only !== undefined && running.length === 1) return only;
  if (only === undefined) throw usageError("No run of this repository is under way.");
  const names = running.map(({ run }) => run).join(", ");
  throw usageError(`Several runs are under way: ${names}.`, "Name the one that you mean.");
}

async function ask(
  { run, folder }: RunSummary,
  command: ControlCommand,
  { elsewhere }: KeptRuns,
): Promise<RunStatus> {
  const answer = await askRun(folder, command);
  if (answer?.ok === true) return answer.status;
  if (answer !== null) throw usageError(answer.error.message);
  throw setupError(
    `The process that is at work on run ${run} does not answer.`,
    `It may just have ended, or have been started where no socket can be made: ${clusterCommand(`status ${run}`, elsewhere)}`,
  );
}

function print(flags: SteerFlags, status: RunStatus, text: string): void {
  process.stdout.write(
    `${flags.json === true ? JSON.stringify({ run: status.run, live: status }, null, 2) : text}\n`,
  );
}

/** `cluster pause`, `scale` and `stop`: tells a running run something. */
export async function steerRun(
  wanted: string | undefined,
  command: ControlCommand,
  flags: SteerFlags,
): Promise<ExitName> {
  const kept = await keptRuns(flags.cwd);
  const status = await ask(await runningRun(kept, wanted), command, kept);
  print(flags, status, told(status, command, kept));
  return "done";
}

function told(status: RunStatus, { command }: ControlCommand, { elsewhere }: KeptRuns): string {
  const { run, workers } = status;
  switch (command) {
    case "pause":
      return `Run ${run} is paused; ${plural(turnsUnderWay(status), "turn")} under way. Go on with it: ${clusterCommand(`resume ${run}`, elsewhere)}`;
    case "scale":
      return `Run ${run} has ${plural(workers, "worker")} now.`;
    case "drain":
      return `Run ${run} lets its turns end, and ends then.`;
    case "stop":
      return `Run ${run} stops.`;
    default:
      return `Run ${run} goes on.`;
  }
}

/** Of a run that somebody is at work on: lets it go on where it is paused. @throws {CliError} usage */
export async function continueRun(
  kept: KeptRuns,
  wanted: string,
  flags: SteerFlags,
): Promise<ExitName> {
  const run = await runningRun(kept, wanted);
  const { held } = await ask(run, { command: "status" }, kept);
  if (!held) {
    throw usageError(
      `Run ${run.run} is under way, in process ${run.owner?.pid ?? "unknown"}.`,
      `Look at it: ${clusterCommand(`logs ${run.run} -f`, kept.elsewhere)}`,
    );
  }
  print(flags, await ask(run, { command: "continue" }, kept), `Run ${run.run} goes on.`);
  return "done";
}
