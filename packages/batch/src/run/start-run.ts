import type { Site } from "../contract/site.ts";
import type { Task } from "../contract/task.ts";
import { checkTasks } from "../plan/check-tasks.ts";
import { keyTasks } from "../plan/task-key.ts";
import { beginRun } from "./begin-run.ts";
import { type CompiledOptions, compileOptions, fitToTasks } from "./compile-options.ts";
import { createRun } from "./create-run.ts";
import { fitToDisk } from "./fit-to-disk.ts";
import { worktreesFor } from "./make-executor.ts";
import { openSite } from "./open-site.ts";
import { invalid } from "./option-checks.ts";
import type { RunOptions } from "./options.ts";
import { newWork } from "./planned-work.ts";
import { type PriceList, priceList } from "./price-list.ts";
import { Recorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { newRunId } from "./run-id.ts";

/**
 * Checks what {@link startRun} checks before it begins anything, and begins nothing.
 * @throws {BatchError} OPTION_INVALID, NO_TASKS, EMPTY_MESSAGE, PATH_OUTSIDE, DIRTY_FILES, NAME_TAKEN,
 *   DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE, TOOL_UNKNOWN, PRICE_UNKNOWN
 * @throws {WorkspaceError} whatever git refuses
 */
export async function checkRun(options: RunOptions): Promise<void> {
  await checked(options);
}

/**
 * Checks everything that can be checked first, begins the run's journal, makes its branch, and begins. The
 * promise resolves when the run is under way; its end is `run.finished`.
 * @throws {BatchError} OPTION_INVALID, NO_TASKS, EMPTY_MESSAGE, PATH_OUTSIDE, DIRTY_FILES, NAME_TAKEN,
 *   DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE, TOOL_UNKNOWN, PRICE_UNKNOWN, RUN_EXISTS, STORE_FAILED
 * @throws {WorkspaceError} NOT_A_REPOSITORY, NO_COMMITS, GIT_TOO_OLD and whatever else git refuses
 */
export async function startRun(options: RunOptions): Promise<Run> {
  const { compiled, repository, tasks, prices } = await checked(options);
  const { crew, clock, workers } = compiled;
  const about = { tool: crew.title, workers, createdAt: clock.now() };
  const created = await createRun(repository, options, about, () => newRunId(clock.now()));
  const { journal, branch } = created;
  try {
    await journal.plan(tasks);
    const recorder = new Recorder(branch.run, journal, clock, compiled.secrets);
    const work = newWork(journal);
    const fitting = await fitToDisk(branch, compiled, recorder, worktreesFor(work, crew));
    return beginRun(options, fitting, {
      ...created,
      repository,
      recorder,
      prices,
      work,
    });
  } catch (error) {
    await created.undo();
    throw error;
  }
}

/** A run that may begin. */
interface CheckedRun {
  readonly compiled: CompiledOptions;
  readonly repository: Site;
  readonly tasks: readonly Task[];
  readonly prices: PriceList;
}

async function checked(options: RunOptions): Promise<CheckedRun> {
  const compiled = fitToTasks(compileOptions(options), options.tasks);
  const { repository: given } = options;
  const { crew, model, verify } = compiled;
  const repository = typeof given === "string" ? await openSite(given, compiled.place) : given;
  if (repository.place === "in-place" && options.base !== undefined) {
    throw invalid("base", "none for a run in place, which works on what is there", options.base);
  }
  await checkTasks(repository, options.tasks);
  crew.check(options.tasks);
  const tasks = keyTasks(options.tasks, { tool: crew.key, model, verify });
  const prices = await priceList(options.tasks, compiled);
  return { compiled, repository, tasks, prices };
}
