import type { Executor } from "../contract/executor.ts";
import type { RunReport } from "../contract/report.ts";
import type { LandingPlace, Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";
import { keepRecords } from "../events/keep-records.ts";
import type { CanaryTrialOptions } from "./canary-trial.ts";
import type { Closing } from "./closing.ts";
import type { CompiledOptions } from "./compile-options.ts";
import { Conductor } from "./conductor.ts";
import { finishRun } from "./finish-run.ts";
import { makeExecutor } from "./make-executor.ts";
import type { RunOptions } from "./options.ts";
import { wantedDelivery } from "./place-options.ts";
import type { PlannedWork } from "./planned-work.ts";
import type { PriceList } from "./price-list.ts";
import type { Recorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { spentBefore } from "./spent-before.ts";
import { Steering } from "./steering.ts";
import type { TaskState } from "./task-state.ts";

/** What a run works on and with, whether it is new or gone on with. */
export interface RunParts {
  readonly repository: Site;
  readonly work: PlannedWork;
  readonly branch: LandingPlace;
  readonly recorder: Recorder;
  readonly prices: PriceList;
  /** The run's folder; `null` where it is kept in memory. */
  readonly folder: string | null;
  /** Lets go of the journal, and of the run. */
  readonly close: () => Promise<void>;
}

/** The options of a run apart from what it is about. */
export type BeginOptions = Omit<
  RunOptions,
  "tasks" | "repository" | "place" | "store" | "journal" | "id" | "base"
>;

/** Sets everything going. The first event comes after the caller had its turn. */
export function beginRun(options: BeginOptions, compiled: CompiledOptions, parts: RunParts): Run {
  const { branch, recorder, folder } = parts;
  const endRecords = folder ? keepRecords(recorder, folder) : async () => {};
  const stopping = new AbortController();
  let stopped = false;
  let conductor: Conductor | null = null;
  let executor: Executor | null = null;
  const steering = new Steering(compiled.workers);
  const goOn = async (): Promise<RunReport> => {
    // The caller subscribes before the first event.
    await new Promise((resolve) => setImmediate(resolve));
    recorder.publish({
      type: "run.started",
      tool: compiled.crew.title,
      tasks: parts.work.total,
      workers: steering.workers,
      base: branch.base,
      branch: branch.ref,
      before: parts.work.before,
    });
    const undo = async (): Promise<void> => {
      await branch.dispose().catch(() => {});
      await parts.close().catch(() => {});
    };
    executor = await executorOr(undo, options, compiled, parts);
    if (steering.workers !== compiled.workers) executor.resize?.(instancesFor(steering.workers));
    conductor = makeConductor(options, compiled, parts, executor, steering);
    const ended = conductor.run();
    if (stopped) conductor.stop("The run was stopped before it began.");
    const failure = await ended.then(
      () => null,
      (error: unknown) => ({ error, message: `The run itself failed: ${String(error)}` }),
    );
    const { requireChange } = compiled;
    // Of edits that the journal could not take, only the worktrees know: whoever goes on keeps them.
    const keepWorktrees = compiled.keepWorktrees || (failure !== null && branch.shared !== true);
    const { left, budget } = conductor;
    const closing: Closing | null =
      failure === null ? conductor.closing : { kind: "halted", reason: failure.message };
    const { verifyRun: command, verifyTimeoutMs: timeoutMs, clock } = compiled;
    const { signal } = stopping;
    const check = command === null ? null : { command, timeoutMs, signal, clock };
    const delivery = wantedDelivery(branch.run, options.delivery);
    const ending = { requireChange, keepWorktrees, check, delivery, close: parts.close };
    const counts = Object.values(parts.work.before?.counts ?? {});
    const endedBefore = counts.reduce((sum, count) => sum + count, 0);
    const how = { closing, budget, left, endedBefore, ...ending };
    const report = await finishRun({ recorder, executor, branch, ...how });
    if (failure !== null) throw failure.error;
    return report;
  };
  const finished = goOn()
    .catch((cause: unknown) => {
      const message = `The run ${branch.run} could not go on: ${String(cause)}`;
      throw new BatchError("RUN_FAILED", recorder.redact(message), { cause });
    })
    .finally(endRecords);
  // Whoever awaits it hears of a failure; nobody is forced to.
  finished.catch(() => {});
  const interrupt = (state: "draining" | "stopping", reason: string): void => {
    const now = recorder.status.state;
    if (now === "ended" || now === "stopping" || now === state) return;
    stopped = true;
    recorder.publish({ type: "run.state", state, reason });
    if (state === "stopping") {
      stopping.abort();
      conductor?.stop(reason);
    } else conductor?.drain(reason);
  };
  const most = Math.max(1, Math.min(parts.work.total, compiled.mostInstances));
  const instancesFor = (workers: number): number =>
    Math.min(most, compiled.ahead > 0 ? workers + Math.ceil(workers / 4) : workers);
  const hold = (held: boolean): void => {
    if (steering.held === held) return;
    steering.held = held;
    recorder.publish({ type: "run.held", held });
    conductor?.wake();
  };
  const scale = (wanted: number): void => {
    const workers = Math.min(requireWorkers(wanted), most);
    if (workers === steering.workers) return;
    executor?.resize?.(instancesFor(workers));
    steering.workers = workers;
    recorder.publish({ type: "run.scaled", workers });
    conductor?.wake();
  };
  const run: Run = {
    id: branch.run,
    branch: branch.ref.replace(/^refs\/heads\//, ""),
    folder,
    get workers() {
      return steering.workers;
    },
    finished,
    subscribe: (listener) => recorder.subscribe(listener),
    status: () => recorder.status,
    pause: () => hold(true),
    continue: () => hold(false),
    scale,
    drain: () => interrupt("draining", "The run was told to end."),
    stop: () => interrupt("stopping", "The run was stopped."),
    async [Symbol.asyncDispose]() {
      run.stop();
      await finished.catch(() => {});
    },
  };
  return run;
}

function requireWorkers(wanted: number): number {
  if (Number.isSafeInteger(wanted) && wanted >= 1) return wanted;
  throw new BatchError(
    "OPTION_INVALID",
    `workers: expected a whole number of at least 1, found ${typeof wanted} ${String(wanted)}.`,
  );
}

function makeConductor(
  options: BeginOptions,
  compiled: CompiledOptions,
  parts: RunParts,
  executor: Executor,
  steering: Steering,
): Conductor {
  const { recorder, branch, work, prices } = parts;
  const { crew, model, verify, verifyTimeoutMs, allowOutside, hooks } = compiled;
  const { halt, clock, random } = compiled;
  const permissions = options.permissions ?? null;
  // To add up what was spent before takes its time in a long run.
  const isLimited = [compiled.maxCostUsd, compiled.maxTokens].some(Number.isFinite);
  return new Conductor({
    recorder,
    executor,
    turns: () => steering.turns,
    branch,
    tasks: crew.single ? work.open : byTool(work.open),
    committed: work.committed,
    retry: compiled,
    requireChange: compiled.requireChange,
    limits: {
      compiled,
      recorder,
      clock,
      random,
      crew,
      model,
      workers: () => steering.workers,
      ahead: compiled.ahead,
      prices,
      before:
        work.before === null || !isLimited
          ? null
          : spentBefore(recorder.journal, prices, crew, model),
    },
    halt,
    canary: canaryOf(compiled, parts),
    clock,
    defaults: {
      run: branch.run,
      model,
      verify,
      verifyTimeoutMs,
      allowOutside,
      hooks,
      permissions,
    },
  });
}

/** Tasks of one tool follow one another, so that no tool is started for one task here and one there. */
function byTool(states: readonly TaskState[]): readonly TaskState[] {
  return [...Map.groupBy(states, ({ task }) => task.tool ?? "").values()].flat();
}

/** A run whose trial was accepted needs no other one when it is gone on with. */
function canaryOf(
  { canary, clock, verifyTimeoutMs, requireChange }: CompiledOptions,
  { recorder, branch }: RunParts,
): CanaryTrialOptions | null {
  const accepted = recorder.journal
    .marks()
    .some((mark) => mark.type === "run.canary" && mark.goesOn);
  if (canary === null || accepted) return null;
  return { canary, recorder, branch, clock, verifyTimeoutMs, requireChange };
}

/** What the pool refuses is known only now: a run that cannot begin leaves nothing. */
async function executorOr(
  undo: () => Promise<void>,
  ...parts: Parameters<typeof makeExecutor>
): Promise<Executor> {
  try {
    return makeExecutor(...parts);
  } catch (error) {
    await undo();
    throw error;
  }
}
