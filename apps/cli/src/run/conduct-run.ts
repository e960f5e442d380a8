import { type Run, type RunReport, startRun } from "@cluster/batch";
import type { Progress } from "../progress/progress-contract.ts";
import type { AgentAdapter } from "../tools/tool-entry.ts";
import { handleSignals } from "./handle-signals.ts";
import type { PlannedTasks } from "./plan-tasks.ts";
import { secretsOf } from "./secrets.ts";
import type { RunSettings } from "./settings.ts";
import { turnsUnderWay } from "./turns-under-way.ts";

/** An agent imports for seconds, and several of them share few processors. */
const START_TIMEOUT_MS = 180_000;

/** What a run is made of. */
export interface ConductOptions {
  readonly settings: RunSettings;
  readonly planned: PlannedTasks;
  readonly adapter: AgentAdapter;
  /** Those that tasks name. */
  readonly tools: Readonly<Record<string, AgentAdapter>>;
  readonly progress: Progress;
}

function start({ settings, planned, adapter, tools }: ConductOptions): Promise<Run> {
  const { context, model, verify, verifyRun, setup, land, toolArguments } = settings;
  return startRun({
    repository: planned.repository,
    tasks: planned.tasks,
    tool: adapter,
    tools,
    workers: settings.workers,
    timeoutMs: settings.timeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    startTimeoutMs: START_TIMEOUT_MS,
    retries: settings.retries,
    setupTimeoutMs: settings.setupTimeoutMs,
    allowOutside: settings.allowOutside,
    requireChange: settings.requireChange,
    secrets: secretsOf(process.env, toolArguments),
    ...(context === undefined ? {} : { context }),
    ...(model === undefined ? {} : { model }),
    ...(verify === undefined ? {} : { verify }),
    ...(setup === undefined ? {} : { setup }),
    ...(land === undefined ? {} : { delivery: land }),
    ...(verifyRun === undefined ? {} : { verifyRun }),
  });
}

/** Takes a run from its start to its report, under the user's ^C. */
export async function conductRun(options: ConductOptions): Promise<RunReport> {
  const { progress } = options;
  let run: Run | undefined;
  // ^C may come while the run is being made; it counts as soon as there is one.
  let wanted: "drain" | "stop" | undefined;
  const ask = (what: "drain" | "stop") => (): void => {
    wanted = what;
    run?.[what]();
  };
  const release = handleSignals(
    { drain: ask("drain"), stop: ask("stop") },
    (line) => progress.say(line),
    () => (run === undefined ? 0 : turnsUnderWay(run.status())),
  );
  try {
    run = await start(options);
    run.subscribe((event) => progress.onEvent(event));
    if (wanted !== undefined) run[wanted]();
    return await run.finished;
  } finally {
    release();
  }
}
