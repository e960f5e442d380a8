import type { Journal } from "../contract/journal.ts";
import type { LandingPlace } from "../contract/site.ts";
import { committedEdit, type LeftTask } from "./left-tasks.ts";
import { OutcomeWriter } from "./outcome-writer.ts";
import type { CommittedTask, PlannedWork } from "./planned-work.ts";
import type { Recorder } from "./recorder.ts";
import { TaskState } from "./task-state.ts";

/**
 * Landings are recorded in nearly the order in which they come to pass: what landed longer ago than this many
 * is in the journal. To read a branch of 100,000 commits would take as long as all the rest.
 */
const FARTHEST_BACK = 1_000;

/**
 * What is left of a run that another process began. Git is the witness of what landed: where the journal
 * is silent on it, it is told.
 * @param left What the journal has no outcome of.
 * @param isUnwanted Whether a task is to be withdrawn, if it has not landed. What it had edited is kept.
 */
export async function restoreWork(
  recorder: Recorder,
  branch: LandingPlace,
  left: readonly LeftTask[],
  isUnwanted: (task: string) => boolean = () => false,
): Promise<PlannedWork> {
  const { journal } = recorder;
  const after = journal.landedBack(FARTHEST_BACK);
  const commits = await branch.landedCommits(after === null ? {} : { after });
  const landed = new Map(commits.map((found) => [found.task, found]));
  const writer = new OutcomeWriter(recorder, branch);
  const open: TaskState[] = [];
  const committed: CommittedTask[] = [];
  for (const { attempts, ...entry } of left) {
    const state = TaskState.restored(entry, attempts);
    const proof = landed.get(entry.task.id);
    // What had landed before the task was reopened is known, and to be made again.
    if (proof !== undefined && proof.attempt > state.landedBefore) {
      state.keep({ commit: proof.commit });
      await writer.settle(state, "landed", null);
      continue;
    }
    if (isUnwanted(entry.task.id)) {
      for (const ref of await writer.keep(state)) {
        const { task } = entry;
        const name = task.name ?? task.files[0] ?? task.id;
        recorder.warn(`Task ${name} is not wanted any more; what it had edited is kept as ${ref}.`);
      }
      await withdraw(journal, entry.task.id);
      continue;
    }
    const commit = committedEdit(attempts);
    if (commit === null || !(await branch.hasCommit(commit))) {
      open.push(state);
      continue;
    }
    // It may be a conflict that is tried again: where it still does not fit, the tool is to make it.
    state.replayed = false;
    committed.push({ state, commit });
  }
  return { total: journal.size, open, committed, before: journal.tally() };
}

/** A task is no part of the run any more. */
export async function withdraw(journal: Journal, task: string): Promise<void> {
  const reason = "It is not in the list of tasks any more.";
  await journal.record({ type: "task.withdrawn", task, reason });
}
