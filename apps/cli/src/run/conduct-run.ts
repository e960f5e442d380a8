import { BatchError, ControlServer, type Run, type RunReport } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import { setupError } from "../exit/cli-error.ts";
import type { Progress } from "../progress/progress-contract.ts";
import { handleSignals } from "./handle-signals.ts";
import { turnsUnderWay } from "./turns-under-way.ts";

/** Who looks on while a run is conducted. */
export interface ConductOptions {
  readonly progress: Progress;
  /** The folder that commands to copy must name. */
  readonly elsewhere: string | undefined;
  readonly onBegun?: (run: Run) => void;
  /** The user wants it to end, also where nothing was left to begin any more. */
  readonly onInterrupt?: () => void;
}

/** Takes a run from its beginning to its report, under the user's ^C and other programs' commands. */
export async function conductRun(
  begin: () => Promise<Run>,
  { progress, elsewhere, onBegun = () => {}, onInterrupt = () => {} }: ConductOptions,
): Promise<RunReport> {
  let run: Run | undefined;
  // ^C may come while the run is being made; it counts as soon as there is one.
  let wanted: "drain" | "stop" | undefined;
  const ask = (what: "drain" | "stop") => (): void => {
    wanted = what;
    onInterrupt();
    run?.[what]();
  };
  const release = handleSignals(
    { drain: ask("drain"), stop: ask("stop") },
    (line) => progress.say(line),
    () => (run === undefined ? 0 : turnsUnderWay(run.status())),
  );
  try {
    run = await begin();
    run.subscribe((event) => progress.onEvent(event));
    onBegun(run);
    if (wanted !== undefined) run[wanted]();
    await using _ = await listen(run, progress);
    return await run.finished;
  } catch (error) {
    if (!(error instanceof BatchError) || error.code !== "RUN_FAILED") throw error;
    const goOn = clusterCommand(`resume ${run?.id ?? "last"}`, elsewhere);
    throw setupError(error.message, `Go on with it, when that is mended: ${goOn}`, error);
  } finally {
    release();
  }
}

/** A run that nobody can reach goes on all the same. */
async function listen(run: Run, progress: Progress): Promise<ControlServer | undefined> {
  if (run.folder === null) return undefined;
  try {
    return await ControlServer.start(run, run.folder);
  } catch (error) {
    progress.say(`No other program can reach this run: ${(error as Error).message}`);
    return undefined;
  }
}
