import type { LandingPlace } from "../contract/site.ts";
import { OutcomeWriter } from "./outcome-writer.ts";
import type { CommittedTask, PlannedWork } from "./planned-work.ts";
import type { Recorder } from "./recorder.ts";
import { linked, linksOf } from "./relink.ts";
import { TaskState } from "./task-state.ts";

/**
 * What is left of a run that another process began. Git is the witness of what landed: where the journal
 * is silent on it, it is told.
 */
export async function restoreWork(recorder: Recorder, branch: LandingPlace): Promise<PlannedWork> {
  const { journal } = recorder;
  const landed = new Map<string, string>();
  for (const { task, commit } of await branch.landedCommits()) landed.set(task, commit);
  const writer = new OutcomeWriter(recorder, branch);
  const open: TaskState[] = [];
  const committed: CommittedTask[] = [];
  const links = linksOf(journal);
  for (const planned of journal.unfinished()) {
    const entry = { ...planned, task: linked(planned.task, links) };
    const attempts = entry.token === 0 ? [] : journal.attempts(entry.task.id);
    const state = TaskState.restored(entry, attempts);
    const proof = landed.get(entry.task.id);
    if (proof !== undefined) {
      state.keep({ commit: proof });
      await writer.settle(state, "landed", null);
      continue;
    }
    const commit = attempts.at(-1)?.committed === true ? state.commit : null;
    if (commit !== null && (await branch.hasCommit(commit))) committed.push({ state, commit });
    else open.push(state);
  }
  return { total: journal.size, open, committed, before: journal.tally() };
}
