import {
  openRepository,
  type Repository,
  type RunBranch,
  WorkspaceError,
} from "@cluster/workspace";
import { LocalExecutor } from "../attempt/local-executor.ts";
import { inWorkspaces } from "../attempt/workspace-adapter.ts";
import type { Executor } from "../contract/executor.ts";
import type { RunReport } from "../contract/report.ts";
import { BatchError } from "../errors/batch-error.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { checkTasks } from "../plan/check-tasks.ts";
import { keyTasks } from "../plan/task-key.ts";
import { type CompiledOptions, compileOptions } from "./compile-options.ts";
import { Conductor } from "./conductor.ts";
import { finishRun } from "./finish-run.ts";
import type { RunOptions } from "./options.ts";
import { Recorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { newRunId } from "./run-id.ts";

/** How often a run id that is taken is made anew. */
const ID_TRIES = 5;

/**
 * Checks everything that can be checked first, makes the run's branch, and begins. The promise
 * resolves when the run is under way; its end is `run.finished`.
 * @throws {BatchError} OPTION_INVALID, NO_TASKS, EMPTY_MESSAGE, PATH_OUTSIDE, DIRTY_FILES
 * @throws {WorkspaceError} NOT_A_REPOSITORY, NO_COMMITS, GIT_TOO_OLD and whatever else git refuses
 */
export async function startRun(options: RunOptions): Promise<Run> {
  const compiled = compileOptions(options);
  const { repository: given } = options;
  const repository = typeof given === "string" ? await openRepository(given) : given;
  await checkTasks(repository, options.tasks);
  const { model, verify, clock } = compiled;
  const tasks = keyTasks(options.tasks, { tool: options.tool.name, model, verify });
  const journal = options.journal ?? new MemoryJournal();
  await journal.plan(tasks);
  const branch = await createBranch(repository, options.id, () => newRunId(clock.now()));
  const recorder = new Recorder(branch.run, journal, clock, compiled.secrets);
  return begin(options, compiled, { repository, tasks, branch, recorder });
}

async function createBranch(
  repository: Repository,
  id: string | undefined,
  newId: () => string,
): Promise<RunBranch> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await repository.createRun({ run: id ?? newId() });
    } catch (error) {
      const taken = error instanceof WorkspaceError && error.code === "BRANCH_EXISTS";
      if (!taken || id !== undefined || tries >= ID_TRIES) throw error;
    }
  }
}

interface Parts {
  readonly repository: Repository;
  readonly tasks: ReturnType<typeof keyTasks>;
  readonly branch: RunBranch;
  readonly recorder: Recorder;
}

function begin(options: RunOptions, compiled: CompiledOptions, parts: Parts): Run {
  const { branch, recorder } = parts;
  let interrupted = false;
  let conductor: Conductor | null = null;
  const goOn = async (): Promise<RunReport> => {
    // The caller subscribes before the first event.
    await new Promise((resolve) => setImmediate(resolve));
    recorder.publish({
      type: "run.started",
      tool: options.tool.name,
      tasks: parts.tasks.length,
      workers: compiled.workers,
      base: branch.base,
      branch: branch.ref,
    });
    const executor = await executorOr(() => branch.dispose(), options, compiled, parts);
    conductor = makeConductor(options, compiled, parts, executor);
    const ended = conductor.run();
    if (interrupted) conductor.stop("The run was stopped before it began.");
    const failure = await ended.then(
      () => null,
      (error: unknown) => ({ error, message: `The run itself failed: ${String(error)}` }),
    );
    const { requireChange, keepWorktrees } = compiled;
    const haltReason = failure?.message ?? conductor.haltReason;
    const how = { haltReason, interrupted, requireChange, keepWorktrees };
    const report = await finishRun({ recorder, executor, branch, ...how });
    if (failure !== null) throw failure.error;
    return report;
  };
  const finished = goOn().catch((cause: unknown) => {
    const message = `The run ${branch.run} could not go on: ${String(cause)}`;
    throw new BatchError("RUN_FAILED", recorder.redact(message), { cause });
  });
  // Whoever awaits it hears of a failure; nobody is forced to.
  finished.catch(() => {});
  const interrupt = (state: "draining" | "stopping", reason: string): void => {
    const now = recorder.status.state;
    if (now === "ended" || now === "stopping" || now === state) return;
    interrupted = true;
    recorder.publish({ type: "run.state", state, reason });
    if (state === "stopping") conductor?.stop(reason);
    else conductor?.drain(reason);
  };
  const run: Run = {
    id: branch.run,
    branch: branch.ref.replace(/^refs\/heads\//, ""),
    workers: compiled.workers,
    finished,
    subscribe: (listener) => recorder.subscribe(listener),
    status: () => recorder.status,
    drain: () => interrupt("draining", "The run drains."),
    stop: () => interrupt("stopping", "The run was stopped."),
    async [Symbol.asyncDispose]() {
      run.stop();
      await finished.catch(() => {});
    },
  };
  return run;
}

function makeConductor(
  options: RunOptions,
  compiled: CompiledOptions,
  { recorder, branch, tasks }: Parts,
  executor: Executor,
): Conductor {
  const { model, verify, verifyTimeoutMs, allowOutside, haltAfter, clock } = compiled;
  const permissions = options.permissions ?? null;
  const tool = options.tool.name;
  return new Conductor({
    recorder,
    executor,
    turns: compiled.workers,
    branch,
    tasks,
    limits: compiled,
    haltAfter,
    clock,
    defaults: { run: branch.run, tool, model, verify, verifyTimeoutMs, allowOutside, permissions },
  });
}

/** What the pool refuses is known only now: a run that cannot begin leaves nothing. */
async function executorOr(
  undo: () => Promise<void>,
  ...parts: Parameters<typeof makeExecutor>
): Promise<Executor> {
  try {
    return makeExecutor(...parts);
  } catch (error) {
    await undo().catch(() => {});
    throw error;
  }
}

function makeExecutor(
  options: RunOptions,
  compiled: CompiledOptions,
  { repository, branch, recorder }: Parts,
): Executor {
  const { transcripts, onQuestion } = options;
  return new LocalExecutor({
    branch,
    workers: compiled.workers + compiled.ahead,
    context: compiled.context,
    clock: compiled.clock,
    pool: {
      adapter: inWorkspaces(options.tool, repository),
      startTimeoutMs: compiled.startTimeoutMs,
      turnTimeoutMs: compiled.timeoutMs,
      idleTimeoutMs: compiled.idleTimeoutMs,
      secrets: compiled.secrets,
      ...(transcripts === undefined ? {} : { transcripts }),
      ...(onQuestion === undefined ? {} : { onQuestion }),
    },
    onPoolEvent: (event) => recorder.publish({ type: "pool", event }),
  });
}
