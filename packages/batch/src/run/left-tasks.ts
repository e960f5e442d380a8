import type { AttemptRecord, Journal, JournalEntry } from "../contract/journal.ts";
import { linked, linksOf } from "./relink.ts";

/** A task without an outcome, with what it waits for now and what was tried of it. */
export interface LeftTask extends JournalEntry {
  readonly attempts: readonly AttemptRecord[];
}

/** What another process left of a run, in the order of the plan. There may be a hundred thousand: it is read once. */
export function leftTasks(journal: Journal): readonly LeftTask[] {
  const links = linksOf(journal);
  return journal.unfinished().map((entry) => ({
    ...entry,
    task: linked(entry.task, links),
    attempts: entry.token === 0 ? [] : journal.attempts(entry.task.id),
  }));
}

/** The edit of a task's newest attempt, where nobody has recorded what became of it. */
export function committedEdit(attempts: readonly AttemptRecord[]): string | null {
  const last = attempts.at(-1);
  if (last?.committed !== true || last.landed === true) return null;
  return last.result?.evidence.commit ?? null;
}

/** Edits that were made, and of which nobody has recorded what became of them. */
export function committedEdits(left: readonly LeftTask[]): readonly string[] {
  return left.flatMap(({ attempts }) => committedEdit(attempts) ?? []);
}
