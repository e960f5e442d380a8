import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { TaskOutcome } from "../../contract/evidence.ts";
import type { AttemptRecord, JournalEntry, RunTally } from "../../contract/journal.ts";
import type { Outcome } from "../../contract/outcome.ts";
import type { RunMark } from "../../contract/run-record.ts";
import type { JournalDamage } from "../../contract/run-store.ts";
import type { Task } from "../../contract/task.ts";
import { NO_COUNTS } from "../../status/run-status.ts";
import { attemptsAfter } from "../attempt-history.ts";
import { stepOf } from "./body.ts";
import type { Row } from "./row.ts";
import type { TaskRow } from "./row-writer.ts";
import { schemaVersion } from "./schema.ts";
import { addSpent, SPENT_COLUMNS, SPENT_NOTHING, type Spent, spendingOf } from "./spent.ts";

/** How many tasks are read at once: few enough that neither memory nor other work notices. */
const ENTRIES_AT_ONCE = 256;

/** Why a task is listed. */
type Which = "all" | "unfinished";

/** Answers the questions about a run out of its tables; of one that is written to, and of any other. */
export class RowReader {
  readonly #database: DatabaseSync;
  readonly #row: StatementSync;
  readonly #task: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#row = database.prepare("SELECT * FROM transitions WHERE sequence = ?");
    this.#task = database.prepare("SELECT * FROM tasks WHERE planned = ?");
  }

  size(): number {
    const query = "SELECT count(*) AS size FROM tasks WHERE withdrawn = 0";
    return (this.#database.prepare(query).get() as { size: number }).size;
  }

  marks(): readonly (RunMark & { readonly at: number })[] {
    const query = `SELECT at, body FROM marks JOIN transitions USING (sequence) ORDER BY sequence`;
    const rows = this.#database.prepare(query).all() as unknown as Pick<Row, "at" | "body">[];
    return rows.map(({ at, body }) => ({ ...(JSON.parse(body) as RunMark), at }));
  }

  /** What landed so many landings before the newest. */
  landedBack(back: number): string | null {
    const query = `SELECT body FROM transitions WHERE type = 'task.ended' AND outcome = 'landed'
      ORDER BY sequence DESC LIMIT 1 OFFSET ?`;
    const found = this.#database.prepare(query).get(back) as Pick<Row, "body"> | undefined;
    if (found === undefined) return null;
    return (JSON.parse(found.body) as TaskOutcome).evidence.commit;
  }

  /** Of every task, the sequence that it is known by. */
  planned(): Map<string, number> {
    // In one piece: a call for each of a hundred thousand would take as long as all the rest.
    const query =
      "SELECT json_group_array(task) AS ids, json_group_array(planned) AS sequences FROM tasks";
    const found = this.#database.prepare(query).get() as { ids: string; sequences: string };
    const sequences = JSON.parse(found.sequences) as number[];
    const ids = JSON.parse(found.ids) as string[];
    return new Map(ids.map((id, index) => [id, sequences[index] as number]));
  }

  task(planned: number): TaskRow {
    const row = this.#task.get(planned) as unknown as Spent & {
      task: string;
      last: number;
      token: number;
      outcome: Outcome | null;
      withdrawn: number;
    };
    const { task, last, token, outcome, withdrawn } = row;
    const spent = Object.fromEntries(
      SPENT_COLUMNS.map((column) => [column, row[column]]),
    ) as unknown as Spent;
    return { planned, task, last, token, outcome, withdrawn: withdrawn === 1, spent };
  }

  /** A task's newest row, found by looking through all tasks; `undefined` when there is no such task. */
  lastOf(task: string): number | undefined {
    const query = this.#database.prepare("SELECT last FROM tasks WHERE task = ?");
    return (query.get(task) as { last: number } | undefined)?.last;
  }

  /** The attempts at a task, found by going back from its newest row. */
  attempts(last: number): readonly AttemptRecord[] {
    const rows: Row[] = [];
    for (let sequence = last; sequence !== 0; ) {
      const row = this.#row.get(sequence) as unknown as Row;
      rows.push(row);
      sequence = row.previous;
    }
    let attempts: readonly AttemptRecord[] = [];
    for (const row of rows.reverse()) {
      if (row.type !== "task.planned") attempts = attemptsAfter(attempts, stepOf(row), row.at);
    }
    return attempts;
  }

  *entries(which: Which): Generator<JournalEntry> {
    const query = this.#database.prepare(
      `SELECT tasks.planned, tasks.token, tasks.withdrawn, plan.body AS task, ending.body AS outcome
       FROM tasks
       JOIN transitions AS plan ON plan.sequence = tasks.planned
       LEFT JOIN transitions AS ending
         ON ending.sequence = tasks.last AND tasks.outcome IS NOT NULL
       WHERE tasks.planned > ? ${which === "all" ? "" : OPEN}
       ORDER BY tasks.planned LIMIT ${ENTRIES_AT_ONCE}`,
    );
    query.setReturnArrays(true);
    for (let after = 0; ; ) {
      const rows = query.all(after) as unknown as EntryRow[];
      for (const [, token, withdrawn, task, outcome] of rows) {
        yield {
          task: JSON.parse(task) as Task,
          token,
          outcome: outcome === null ? null : (JSON.parse(outcome) as TaskOutcome),
          withdrawn: withdrawn === 1,
        };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < ENTRIES_AT_ONCE) return;
      after = last[0];
    }
  }

  /** What was found wrong with this journal; none of it in one of version 1. */
  damages(): readonly JournalDamage[] {
    if (schemaVersion(this.#database) < 2) return [];
    const query = "SELECT sequence, message, kept FROM damages ORDER BY rowid";
    const rows = this.#database.prepare(query).all() as unknown as JournalDamage[];
    return rows.map(({ sequence, message, kept }) => ({ sequence, message, kept }));
  }

  tally(): RunTally {
    const sums = SPENT_COLUMNS.map((column) =>
      column.endsWith("unknown") ? `max(${column}) AS ${column}` : `sum(${column}) AS ${column}`,
    );
    // Grouped by outcome, all of that would be sorted first, which takes twice as long. The outcomes come in
    // one piece, as above.
    const query = `SELECT ${sums.join(", ")}, group_concat(outcome) AS outcomes FROM tasks`;
    const found = this.#database.prepare(query).get() as unknown as Spent & {
      outcomes: string | null;
    };
    const { outcomes, ...spent } = found;
    const counts: Record<Outcome, number> = { ...NO_COUNTS };
    for (const outcome of outcomes?.split(",") ?? []) counts[outcome as Outcome] += 1;
    return { counts, spent: spendingOf(addSpent(SPENT_NOTHING, spent)) };
  }
}

const OPEN = "AND tasks.outcome IS NULL AND tasks.withdrawn = 0";

type EntryRow = [
  planned: number,
  token: number,
  withdrawn: number,
  task: string,
  outcome: string | null,
];
