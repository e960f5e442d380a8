import { endLeftovers } from "@cluster/manager";
import type { Delivery } from "@cluster/workspace";
import type { RunStore, StoredRun } from "../contract/run-store.ts";
import type { Site } from "../contract/site.ts";
import type { TaskInput } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";
import { requireNamedFiles } from "../plan/check-tasks.ts";
import { keyTasks } from "../plan/task-key.ts";
import { LocalRunStore } from "../store/local-run-store.ts";
import { type BeginOptions, beginRun } from "./begin-run.ts";
import { type CompiledOptions, compileOptions, fitToTasks } from "./compile-options.ts";
import { branchBase, deliveryOf, landedIn } from "./delivered.ts";
import { fitToDisk } from "./fit-to-disk.ts";
import { keptAs } from "./kept-as.ts";
import { committedEdits, type LeftTask, leftTasks } from "./left-tasks.ts";
import { worktreesFor } from "./make-executor.ts";
import { openSite, siteOf } from "./open-site.ts";
import { placeOptions } from "./place-options.ts";
import { priceList } from "./price-list.ts";
import { Recorder } from "./recorder.ts";
import { relink, reopenSkipped } from "./relink.ts";
import { restoreWork, withdraw } from "./restore-work.ts";
import type { Run } from "./run.ts";

/** How to go on with a run. What is absent is not taken from the run's beginning: it has its default. */
export interface ResumeOptions extends BeginOptions {
  /** The git repository that it was begun in: a path in it, or one that is open already. */
  readonly repository: string | Site;
  /** Its id, the beginning of that, or `last`. */
  readonly run: string;
  /**
   * What is wanted now. Tasks that the run does not know are added; of those that it knows, the ones that
   * are not among these and have no outcome are withdrawn. Absent: as planned.
   */
  readonly tasks?: readonly TaskInput[];
  /** @default the user's state folder */
  readonly store?: RunStore;
}

/**
 * Goes on with a run that was stopped, killed or halted, or whose tasks were reopened. What landed stays
 * landed: git is asked what did. A commit that was made and never landed is landed; an attempt that was cut
 * short is made again.
 * @throws {BatchError} RUN_UNKNOWN, RUN_AMBIGUOUS, RUN_OWNED, RUN_COMPLETE, NO_TASKS, JOURNAL_DAMAGED,
 *   STORE_FAILED, OPTION_INVALID, TOOL_UNKNOWN, PRICE_UNKNOWN
 * @throws {WorkspaceError} whatever git refuses
 */
export async function resumeRun(options: ResumeOptions): Promise<Run> {
  const { repository: given, store = new LocalRunStore(), durability } = options;
  const found = typeof given === "string" ? await openSite(given) : given;
  const stored = await store.open(found, options.run, durability && { durability });
  let undo = async (): Promise<void> => {};
  try {
    const { journal, record, folder } = stored;
    const { target } = record;
    const repository = await siteOf(record, found);
    // Tools of the process that was killed may still write where this one is about to look.
    await endLeftovers();
    const compiled = compileOptions({ ...options, repository });
    if (compiled.place === "in-place") requireNamedFiles(repository, options.tasks ?? []);
    const isUnwanted =
      options.tasks === undefined ? () => false : await replan(stored, options.tasks, compiled);
    requireTasks(stored);
    await reopenSkipped(journal);
    const left = leftTasks(journal);
    const prices = await priceList(
      left.map(({ task }) => task),
      compiled,
    );
    const base = await baseOf(stored, repository, left, isUnwanted);
    const how = placeOptions(options, repository);
    const landed = (): Iterable<string> => landedIn(journal);
    const which = { run: record.run, base, target, folder, landed };
    const branch = await repository.reopenRun({ ...which, ...how });
    undo = () => branch.dispose();
    const recorder = new Recorder(record.run, journal, compiled.clock, compiled.secrets);
    if (stored.damage !== null) recorder.warn(stored.damage.message);
    const known = committedEdits(left);
    for (const { ref } of await branch.salvage({ known })) {
      recorder.warn(keptAs(ref));
    }
    await journal.mark({ type: "run.resumed", base });
    const work = await restoreWork(recorder, branch, left, isUnwanted);
    const open = work.open.map(({ task }) => task);
    compiled.crew.check(open);
    const close = (): Promise<void> => Promise.resolve(stored[Symbol.asyncDispose]());
    const places = worktreesFor(work, compiled.crew);
    const fitting = await fitToDisk(branch, fitToTasks(compiled, open), recorder, places);
    return beginRun(options, fitting, {
      repository,
      branch,
      recorder,
      prices,
      work,
      folder,
      close,
    });
  } catch (error) {
    await undo().catch(() => {});
    await stored[Symbol.asyncDispose]();
    throw error;
  }
}

/** A process that was killed before it had planned has done nothing either. */
function requireTasks({ journal, record }: StoredRun): void {
  if (journal.size > 0) return;
  throw new BatchError(
    "NO_TASKS",
    `Run ${record.run} was cut short before its tasks were planned, so there is nothing to go on with. Start it again.`,
  );
}

/**
 * Brings the plan to what is wanted now: tasks are the same when their keys are.
 * @returns Whether a task is not wanted any more. One that was attempted is not withdrawn yet: its edit may
 *   have landed, or is to be kept first.
 */
async function replan(
  { journal }: StoredRun,
  inputs: readonly TaskInput[],
  { crew, model, verify }: CompiledOptions,
): Promise<(task: string) => boolean> {
  const wanted = keyTasks(inputs, { tool: crew.key, model, verify });
  await journal.plan(wanted);
  await relink(journal, wanted);
  const ids = new Set(wanted.map(({ id }) => id));
  const again = "It is in the list of tasks again.";
  for (const { task, withdrawn } of [...journal.entries()]) {
    if (!withdrawn || !ids.has(task.id)) continue;
    await journal.record({ type: "task.reopened", task: task.id, reason: again });
  }
  for (const { task, token } of journal.unfinished()) {
    if (token === 0 && !ids.has(task.id)) await withdraw(journal, task.id);
  }
  return (task) => !ids.has(task);
}

/**
 * The commit that the run's branch begins on. A run that was delivered has left its branch: whatever it is
 * still to do begins on what is checked out now, or, where that is another branch than the run is for, on
 * what was delivered: the other one's commits are not to come along.
 * @throws {BatchError} RUN_COMPLETE when nothing is left to do
 */
async function baseOf(
  stored: StoredRun,
  repository: Site,
  left: readonly LeftTask[],
  isUnwanted: (task: string) => boolean,
): Promise<string> {
  const { journal, record } = stored;
  const base = branchBase(stored);
  const delivery = await deliveryOf(stored, repository);
  if (delivery === null || delivery.kind === "kept") return base;
  if (left.some(({ task }) => !isUnwanted(task.id))) {
    const head = await repository.head();
    if (head.branch === record.target) return head.commit;
    return delivery.kind === "merged" ? delivery.commit : base;
  }
  // The edits of their attempts were parked when those ended, before the delivery.
  for (const { task } of left) await withdraw(journal, task.id);
  if (journal.marks().at(-1)?.type === "run.delivering")
    await endLate(stored, repository, base, delivery);
  throw new BatchError(
    "RUN_COMPLETE",
    `Run ${record.run} has come to its end and nothing is left to do. cluster show ${record.run} tells what became of it; cluster retry ${record.run} tries again what failed.`,
  );
}

/** The process that delivered it died before it could say so. */
async function endLate(
  { journal, record, folder }: StoredRun,
  repository: Site,
  base: string,
  delivery: Delivery,
): Promise<void> {
  const { run, target } = record;
  const branch = await repository.reopenRun({ run, base, target, folder });
  await branch.salvage();
  await branch.dispose();
  await journal.mark({ type: "run.ended", end: "complete", reason: null, delivery });
}
