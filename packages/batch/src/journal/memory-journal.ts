import type { Journal, JournalEntry, Transition } from "../contract/journal.ts";
import type { Task } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";

/** Keeps a run's transitions in this process: they survive nothing. */
export class MemoryJournal implements Journal {
  readonly #entries = new Map<string, JournalEntry>();

  async plan(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) {
      if (!this.#entries.has(task.id)) {
        this.#entries.set(task.id, { task, token: 0, outcome: null });
      }
    }
  }

  async open(task: string): Promise<number> {
    const entry = this.#entry(task);
    if (entry.outcome !== null) throw fenced(task, `it has ended (${entry.outcome.outcome})`);
    const token = entry.token + 1;
    this.#entries.set(task, { ...entry, token });
    return token;
  }

  async record(
    transition: Exclude<Transition, { type: "task.planned" | "attempt.opened" }>,
  ): Promise<void> {
    const task = transition.type === "task.ended" ? transition.outcome.task : transition.task;
    const entry = this.#entry(task);
    const token = transition.token ?? 0;
    if (entry.outcome !== null) throw fenced(task, `it has ended (${entry.outcome.outcome})`);
    if (token !== entry.token) {
      throw fenced(task, `attempt ${token} is stale, attempt ${entry.token} is its newest`);
    }
    if (transition.type === "task.ended") {
      this.#entries.set(task, { ...entry, outcome: transition.outcome });
    }
  }

  async entries(): Promise<readonly JournalEntry[]> {
    return [...this.#entries.values()];
  }

  async close(): Promise<void> {}

  #entry(task: string): JournalEntry {
    const entry = this.#entries.get(task);
    if (entry !== undefined) return entry;
    throw new BatchError(
      "JOURNAL_UNKNOWN_TASK",
      `The journal has no task "${task}"; a task is planned before it is attempted.`,
    );
  }
}

function fenced(task: string, why: string): BatchError {
  return new BatchError(
    "ATTEMPT_FENCED",
    `The outcome of task ${task} was not recorded: ${why}. Another attempt owns the task.`,
  );
}
