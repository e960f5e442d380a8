import { checkTasks } from "../plan/check-tasks.ts";
import { keyTasks } from "../plan/task-key.ts";
import { beginRun } from "./begin-run.ts";
import { compileOptions, fitToTasks } from "./compile-options.ts";
import { createRun } from "./create-run.ts";
import { fitToDisk } from "./fit-to-disk.ts";
import { worktreesFor } from "./make-executor.ts";
import { openSite } from "./open-site.ts";
import type { RunOptions } from "./options.ts";
import { newWork } from "./planned-work.ts";
import { priceList } from "./price-list.ts";
import { Recorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { newRunId } from "./run-id.ts";

/**
 * Checks everything that can be checked first, begins the run's journal, makes its branch, and begins. The
 * promise resolves when the run is under way; its end is `run.finished`.
 * @throws {BatchError} OPTION_INVALID, NO_TASKS, EMPTY_MESSAGE, PATH_OUTSIDE, DIRTY_FILES, NAME_TAKEN,
 *   DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE, TOOL_UNKNOWN, PRICE_UNKNOWN, RUN_EXISTS, STORE_FAILED
 * @throws {WorkspaceError} NOT_A_REPOSITORY, NO_COMMITS, GIT_TOO_OLD and whatever else git refuses
 */
export async function startRun(options: RunOptions): Promise<Run> {
  const compiled = fitToTasks(compileOptions(options), options.tasks);
  const { repository: given } = options;
  const { crew } = compiled;
  const repository = typeof given === "string" ? await openSite(given, compiled.place) : given;
  await checkTasks(repository, options.tasks);
  crew.check(options.tasks);
  const { model, verify, clock, workers } = compiled;
  const tasks = keyTasks(options.tasks, { tool: crew.key, model, verify });
  const prices = await priceList(options.tasks, compiled);
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
