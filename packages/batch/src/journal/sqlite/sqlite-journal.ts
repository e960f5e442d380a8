import type { DatabaseSync } from "node:sqlite";
import type {
  AttemptRecord,
  Journal,
  JournalEntry,
  RunTally,
  TaskTransition,
} from "../../contract/journal.ts";
import type { RunMark } from "../../contract/run-record.ts";
import type { Task } from "../../contract/task.ts";
import { openingOf, type Step, standingAfter, taskOf } from "../fencing.ts";
import { unknownTask } from "../refusals.ts";
import { bodyOf, resultOf } from "./body.ts";
import type { Commits } from "./commits.ts";
import { storeFailure } from "./failures.ts";
import type { Tip } from "./row.ts";
import { RowReader } from "./row-reader.ts";
import { type RowContent, RowWriter, type TaskRow } from "./row-writer.ts";
import { addSpent, SPENT_NOTHING, type Spent, spentOf } from "./spent.ts";

/** What {@link SqliteJournal} is made of. */
export interface SqliteJournalParts {
  readonly path: string;
  readonly database: DatabaseSync;
  /** Its newest row. */
  readonly tip: Tip;
  readonly commits: Commits;
  readonly now: () => number;
}

/**
 * A run's journal as a SQLite database: one row for each transition, in the order in which they were
 * recorded, and tables of where the tasks stand. Made by `createJournal` and `openJournal`.
 */
export class SqliteJournal implements Journal {
  readonly #parts: SqliteJournalParts;
  readonly #reader: RowReader;
  readonly #writer: RowWriter;
  /** By its id, the sequence that a task is known by. */
  readonly #planned: Map<string, number>;
  #size: number;

  constructor(parts: SqliteJournalParts) {
    this.#parts = parts;
    this.#reader = new RowReader(parts.database);
    this.#writer = new RowWriter(parts.database, parts.tip);
    this.#planned = this.#reader.planned();
    this.#size = this.#reader.size();
  }

  get size(): number {
    return this.#size;
  }

  async mark(mark: RunMark): Promise<void> {
    const content = this.#content(mark.type, JSON.stringify(mark));
    await this.#commit(() => this.#writer.appendMark(content));
  }

  marks(): readonly (RunMark & { readonly at: number })[] {
    return this.#read(() => this.#reader.marks());
  }

  async plan(tasks: readonly Task[]): Promise<void> {
    const added = new Map<string, number>();
    await this.#commit(
      () => {
        for (const task of tasks) {
          if (this.#planned.has(task.id) || added.has(task.id)) continue;
          const content = this.#content("task.planned", JSON.stringify(task));
          added.set(task.id, this.#writer.appendTask(content, task.id));
        }
      },
      () => {
        for (const [task, planned] of added) this.#planned.set(task, planned);
        this.#size += added.size;
      },
    );
  }

  async open(task: string, tool?: string): Promise<number> {
    const planned = this.#known(task);
    let token = 0;
    await this.#commit(() => {
      const before = this.#reader.task(planned);
      token = before.token + 1;
      this.#take(before, openingOf(task, token, tool));
    });
    return token;
  }

  async record(transition: TaskTransition): Promise<void> {
    const planned = this.#known(taskOf(transition));
    let change = 0;
    await this.#commit(
      () => {
        const before = this.#reader.task(planned);
        const after = this.#take(before, transition);
        change = Number(before.withdrawn) - Number(after.withdrawn);
      },
      () => {
        this.#size += change;
      },
    );
  }

  unfinished(): readonly JournalEntry[] {
    return this.#read(() => [...this.#reader.entries("unfinished")]);
  }

  tally(): RunTally {
    return this.#read(() => this.#reader.tally());
  }

  landedBack(back: number): string | null {
    return this.#read(() => this.#reader.landedBack(back));
  }

  attempts(task: string): readonly AttemptRecord[] {
    const planned = this.#known(task);
    return this.#read(() => this.#reader.attempts(this.#reader.task(planned).last));
  }

  *entries(): Iterable<JournalEntry> {
    try {
      yield* this.#reader.entries("all");
    } catch (error) {
      throw storeFailure(error, "read the journal", this.#parts.path);
    }
  }

  async close(): Promise<void> {
    const { database, commits } = this.#parts;
    if (!database.isOpen) return;
    await commits.close();
    database.close();
  }

  #take(before: TaskRow, step: Step): TaskRow {
    const after = { ...before, ...standingAfter(before, step), spent: this.#spent(before, step) };
    this.#writer.appendStep(this.#content(step.type, bodyOf(step)), after);
    return after;
  }

  /** What the task has spent after a step: what its outcome says, else the sum over its attempts. */
  #spent(before: TaskRow, step: Step): Spent {
    if (step.type === "task.ended") return spentOf(step.outcome.spent);
    const result = resultOf(step);
    if (result === null && step.type !== "task.reopened") return before.spent;
    const attempts = this.#reader.attempts(before.last);
    const others = step.type === "task.reopened" ? attempts : attempts.slice(0, -1);
    const parts = others.flatMap((attempt) => attempt.result ?? []);
    if (result !== null) parts.push(result);
    return parts.reduce((sum, { evidence }) => addSpent(sum, spentOf(evidence)), SPENT_NOTHING);
  }

  #known(task: string): number {
    return this.#planned.get(task) ?? unknownTask(task);
  }

  #content(type: string, body: string): RowContent {
    return { type, body, at: Math.trunc(this.#parts.now()) };
  }

  /** Resolves when what `work` appends would survive what the journal promises to survive. */
  async #commit(work: () => void, then?: () => void): Promise<void> {
    try {
      this.#writer.transaction(work);
      then?.();
      await this.#parts.commits.kept({ ...this.#writer.tip, tasks: this.#planned.size });
    } catch (error) {
      throw storeFailure(error, "write to the journal", this.#parts.path);
    }
  }

  #read<Answer>(question: () => Answer): Answer {
    try {
      return question();
    } catch (error) {
      throw storeFailure(error, "read the journal", this.#parts.path);
    }
  }
}
