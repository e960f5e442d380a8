import type { Journal } from "../contract/journal.ts";
import type { Task } from "../contract/task.ts";
import { Dependencies } from "../schedule/dependencies.ts";
import { NOT_REACHED, standingOf } from "./held-tasks.ts";

/** What tasks wait for, by their ids, where that is not what their plan says. */
export type Links = Readonly<Record<string, readonly string[]>>;

/**
 * Brings what tasks wait for to what a changed list says. Their plan stays as it was, since what a task
 * waits for does not make it another one.
 */
export async function relink(journal: Journal, wanted: readonly Task[]): Promise<void> {
  const known = new Map(wanted.map((task) => [task.id, task.after ?? []]));
  const after: Record<string, readonly string[]> = {};
  for (const { task } of journal.entries()) {
    const links = known.get(task.id);
    if (links !== undefined && !isSame(links, task.after ?? [])) after[task.id] = links;
  }
  if (isSame(Object.entries(after), Object.entries(linksOf(journal)))) return;
  await journal.mark({ type: "run.relinked", after });
}

/** What a run was told last of what tasks wait for. */
export function linksOf(journal: Journal): Links {
  return journal.marks().findLast((mark) => mark.type === "run.relinked")?.after ?? {};
}

/** A task with what it waits for now. */
export function linked(task: Task, links: Links): Task {
  const after = Object.hasOwn(links, task.id) ? links[task.id] : undefined;
  return after === undefined ? task : { ...task, after };
}

/**
 * Opens tasks again that were skipped because of others, where those may come to a good end now: they were
 * reopened, or have landed since.
 */
export async function reopenSkipped(journal: Journal): Promise<void> {
  if (journal.tally().counts.skipped === 0) return;
  const links = linksOf(journal);
  const skipped: Task[] = [];
  const hopeful = new Set<string>();
  for (const { task, outcome, withdrawn } of journal.entries()) {
    if (outcome?.reason?.code === NOT_REACHED) skipped.push(linked(task, links));
    else if (outcome === null ? !withdrawn : standingOf(outcome.outcome) === "met") {
      hopeful.add(task.id);
    }
  }
  const { begin } = new Dependencies(skipped, (id) => (hopeful.has(id) ? "met" : "failed"));
  const still = new Set(begin.skipped.map(({ id }) => id));
  const reason = "What it follows is tried again, or has landed.";
  for (const { id } of skipped) {
    if (!still.has(id)) await journal.record({ type: "task.reopened", task: id, reason });
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
