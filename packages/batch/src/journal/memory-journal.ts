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
import { fenced, unknownTask } from "./refusals.ts";

interface Standing {
  entry: JournalEntry;
  readonly attempts: AttemptRecord[];
}

/** Keeps a run's transitions in this process: they survive nothing. */
export class MemoryJournal implements Journal {
  readonly #standings = new Map<string, Standing>();
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
      if (this.#standings.has(task.id)) continue;
      const entry = { task, token: 0, outcome: null, withdrawn: false };
      this.#standings.set(task.id, { entry, attempts: [] });
    }
  }

  async open(task: string): Promise<number> {
    const standing = this.#standing(task);
    requireOpen(standing.entry);
    const token = standing.entry.token + 1;
    standing.entry = { ...standing.entry, token };
    const openedAt = Date.now();
    const open = { result: null, committed: false, sequel: null, end: null };
    standing.attempts.push({ token, openedAt, ...open });
    return token;
  }

  async record(transition: TaskTransition): Promise<void> {
    const task = transition.type === "task.ended" ? transition.outcome.task : transition.task;
    const standing = this.#standing(task);
    const { entry, attempts } = standing;
    if (transition.type === "task.reopened") {
      standing.entry = { ...entry, outcome: null, withdrawn: false };
      return;
    }
    requireOpen(entry);
    if (transition.type === "task.withdrawn") {
      standing.entry = { ...entry, withdrawn: true };
      return;
    }
    const token = transition.token ?? 0;
    if (token !== entry.token) {
      throw fenced(task, `attempt ${token} is stale, attempt ${entry.token} is its newest`);
    }
    if (transition.type === "task.ended") {
      standing.entry = { ...entry, outcome: transition.outcome };
      return;
    }
    const last = attempts.at(-1) as AttemptRecord;
    const result = transition.result ?? last.result;
    attempts[attempts.length - 1] =
      transition.type === "attempt.committed"
        ? { ...last, result, committed: true }
        : { ...last, result, committed: false, ...endOf(transition) };
  }

  unfinished(): readonly JournalEntry[] {
    return [...this.entries()].filter(({ outcome, withdrawn }) => outcome === null && !withdrawn);
  }

  tally(): RunTally {
    const counts: Record<Outcome, number> = { ...NO_COUNTS };
    let spent = NOTHING_SPENT;
    for (const { entry, attempts } of this.#standings.values()) {
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

  attempts(task: string): readonly AttemptRecord[] {
    return [...this.#standing(task).attempts];
  }

  *entries(): Iterable<JournalEntry> {
    for (const { entry } of this.#standings.values()) yield entry;
  }

  async close(): Promise<void> {}

  #standing(task: string): Standing {
    return this.#standings.get(task) ?? unknownTask(task);
  }
}

function endOf({
  sequel,
  outcome,
  reason,
}: Extract<TaskTransition, { type: "attempt.failed" }>): Pick<AttemptRecord, "sequel" | "end"> {
  return { sequel, end: { outcome, reason } };
}

function requireOpen({ task, outcome, withdrawn }: JournalEntry): void {
  if (outcome !== null) throw fenced(task.id, `it has ended (${outcome.outcome})`);
  if (withdrawn) throw fenced(task.id, "it was withdrawn");
}
