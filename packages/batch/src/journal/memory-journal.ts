import type {
  AttemptRecord,
  Journal,
  JournalEntry,
  RunTally,
  TaskTransition,
} from "../contract/journal.ts";
import type { Outcome } from "../contract/outcome.ts";
import type { RunMark } from "../contract/run-record.ts";
import type { Task } from "../contract/task.ts";
import { addSpending, NOTHING_SPENT } from "../report/spending.ts";
import { NO_COUNTS } from "../status/run-status.ts";
import { attemptsAfter } from "./attempt-history.ts";
import { openingOf, type Step, standingAfter, taskOf } from "./fencing.ts";
import { unknownTask } from "./refusals.ts";

interface Known {
  entry: JournalEntry;
  attempts: readonly AttemptRecord[];
}

/** Keeps a run's transitions in this process: they survive nothing. */
export class MemoryJournal implements Journal {
  readonly #tasks = new Map<string, Known>();
  readonly #landed: (string | null)[] = [];
  readonly #marks: (RunMark & { readonly at: number })[] = [];

  get size(): number {
    return [...this.entries()].filter(({ withdrawn }) => !withdrawn).length;
  }

  async mark(mark: RunMark): Promise<void> {
    this.#marks.push({ ...mark, at: Date.now() });
  }

  marks(): readonly (RunMark & { readonly at: number })[] {
    return [...this.#marks];
  }

  async plan(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) {
      if (this.#tasks.has(task.id)) continue;
      const entry = { task, token: 0, outcome: null, withdrawn: false };
      this.#tasks.set(task.id, { entry, attempts: [] });
    }
  }

  async open(task: string, tool?: string): Promise<number> {
    const token = this.#known(task).entry.token + 1;
    this.#take(openingOf(task, token, tool));
    return token;
  }

  async record(transition: TaskTransition): Promise<void> {
    this.#take(transition);
  }

  unfinished(): readonly JournalEntry[] {
    return [...this.entries()].filter(({ outcome, withdrawn }) => outcome === null && !withdrawn);
  }

  tally(): RunTally {
    const counts: Record<Outcome, number> = { ...NO_COUNTS };
    let spent = NOTHING_SPENT;
    for (const { entry, attempts } of this.#tasks.values()) {
      if (entry.outcome !== null) {
        counts[entry.outcome.outcome] += 1;
        spent = addSpending(spent, entry.outcome.spent);
        continue;
      }
      for (const { result } of attempts) {
        if (result !== null) spent = addSpending(spent, result.evidence);
      }
    }
    return { counts, spent };
  }

  landedBack(back: number): string | null {
    return this.#landed.at(-1 - back) ?? null;
  }

  attempts(task: string): readonly AttemptRecord[] {
    return this.#known(task).attempts;
  }

  *entries(): Iterable<JournalEntry> {
    for (const { entry } of this.#tasks.values()) yield entry;
  }

  async close(): Promise<void> {}

  #take(step: Step): void {
    const known = this.#known(taskOf(step));
    const { task, token, withdrawn, outcome } = known.entry;
    const standing = { token, withdrawn, outcome: outcome?.outcome ?? null };
    const after = standingAfter(standing, step);
    const kept = step.type === "task.ended" ? step.outcome : after.outcome && outcome;
    known.entry = { task, token: after.token, withdrawn: after.withdrawn, outcome: kept };
    if (step.type === "task.ended" && step.outcome.outcome === "landed") {
      this.#landed.push(step.outcome.evidence.commit);
    }
    known.attempts = attemptsAfter(known.attempts, step, Date.now());
  }

  #known(task: string): Known {
    return this.#tasks.get(task) ?? unknownTask(task);
  }
}
