import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Standing } from "../fencing.ts";
import { inTransaction } from "./database.ts";
import { checksumOf, ROW_COLUMNS, type Row, type Tip, valuesOf } from "./row.ts";
import { SPENT_COLUMNS, SPENT_NOTHING, type Spent } from "./spent.ts";

/** Where a task stands, as its row in `tasks` has it. */
export interface TaskRow extends Standing {
  /** The sequence of the row that planned it. */
  readonly planned: number;
  readonly task: string;
  /** The sequence of its newest row. */
  readonly last: number;
  readonly spent: Spent;
}

/** What a row says, before it has its place. */
export interface RowContent {
  readonly at: number;
  readonly type: string;
  readonly body: string;
}

const TASK_COLUMNS = ["last", "token", "outcome", "withdrawn", ...SPENT_COLUMNS];

/** Appends rows, and keeps `tasks` and `marks` in step with them. */
export class RowWriter {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #insertTask: StatementSync;
  readonly #updateTask: StatementSync;
  readonly #insertMark: StatementSync;
  #tip: Tip;

  constructor(database: DatabaseSync, tip: Tip) {
    this.#database = database;
    this.#tip = tip;
    this.#insert = database.prepare(
      `INSERT INTO transitions (${ROW_COLUMNS.join(", ")}) VALUES (${slots(ROW_COLUMNS.length)})`,
    );
    this.#insertTask = database.prepare(
      `INSERT INTO tasks (planned, task, ${TASK_COLUMNS.join(", ")})
       VALUES (${slots(TASK_COLUMNS.length + 2)})`,
    );
    const changes = TASK_COLUMNS.map((column) => `${column} = ?`).join(", ");
    this.#updateTask = database.prepare(`UPDATE tasks SET ${changes} WHERE planned = ?`);
    this.#insertMark = database.prepare("INSERT INTO marks (sequence) VALUES (?)");
  }

  /** The newest row. */
  get tip(): Tip {
    return this.#tip;
  }

  /** All that `work` appends, or nothing of it. */
  transaction<Result>(work: () => Result): Result {
    const before = this.#tip;
    try {
      return inTransaction(this.#database, work);
    } catch (error) {
      this.#tip = before;
      throw error;
    }
  }

  appendMark(content: RowContent): void {
    const standing = { token: 0, outcome: null, withdrawn: 0 };
    const row = { ...content, ...standing, ...SPENT_NOTHING, task: null, previous: 0 };
    this.#insertMark.run(this.#append(row));
  }

  /** Adds a task; returns the sequence that it is known by from now on. */
  appendTask(content: RowContent, task: string): number {
    const standing = { token: 0, outcome: null, withdrawn: 0 };
    const row = { ...content, ...standing, ...SPENT_NOTHING, task, previous: 0 };
    const sequence = this.#append(row);
    this.#insertTask.run(sequence, task, sequence, 0, null, 0, ...spentValues(SPENT_NOTHING));
    return sequence;
  }

  /**
   * Adds a step of a task, after which it stands as `after` says; `after.last` is the row before.
   * Returns the sequence that is its newest from now on.
   */
  appendStep(content: RowContent, after: TaskRow): number {
    const { planned, task, last, token, outcome, spent } = after;
    const withdrawn = after.withdrawn ? 1 : 0;
    const standing = { token, outcome, withdrawn };
    const row = { ...content, ...standing, ...spent, task, previous: last };
    const sequence = this.#append(row);
    this.#updateTask.run(sequence, token, outcome, withdrawn, ...spentValues(spent), planned);
    return sequence;
  }

  #append(content: Omit<Row, "sequence">): number {
    const sequence = this.#tip.sequence + 1;
    const row = { ...content, sequence };
    const checksum = checksumOf(row, this.#tip.checksum);
    this.#insert.run(...valuesOf(row, checksum));
    this.#tip = { sequence, checksum };
    return sequence;
  }
}

function spentValues(spent: Spent): (number | null)[] {
  return SPENT_COLUMNS.map((column) => spent[column]);
}

function slots(count: number): string {
  return Array.from({ length: count }, () => "?").join(", ");
}
