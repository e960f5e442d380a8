import { type Step, standingAfter } from "../fencing.ts";
import { bodyOf, stepOf } from "../sqlite/body.ts";
import type { Row } from "../sqlite/row.ts";
import type { RowWriter, TaskRow } from "../sqlite/row-writer.ts";
import { SPENT_COLUMNS, SPENT_NOTHING, type Spent } from "../sqlite/spent.ts";

const HIDDEN = "A damaged part of the journal hid this.";

/** What came out of {@link replay}. */
export interface Replayed {
  /** Rows that went into the new journal. */
  readonly rows: number;
  readonly tasks: number;
  /** The sequence of the first row that was not among them. */
  readonly firstLost: number;
}

/**
 * Writes rows that can be believed into a new journal, with their times. A row says where its task stood
 * after it, so it proves the steps before it that are lost: a token was given out, an outcome was taken
 * back. Only a task whose plan is lost cannot be brought back: nobody knows what it was to do.
 */
export function replay(rows: Iterable<Row>, writer: RowWriter): Replayed {
  const tasks = new Map<string, TaskRow>();
  let [count, firstLost] = [0, 1];
  for (const row of rows) {
    if (row.sequence === firstLost) firstLost += 1;
    if (row.task === null) {
      writer.appendMark(row);
    } else if (row.type === "task.planned") {
      const planned = writer.appendTask(row, row.task);
      tasks.set(row.task, newTask(planned, row.task));
    } else {
      const task = tasks.get(row.task);
      if (task === undefined || row.token < task.token) continue;
      tasks.set(row.task, take(writer, task, row));
    }
    count += 1;
  }
  return { rows: count, tasks: tasks.size, firstLost };
}

function newTask(planned: number, task: string): TaskRow {
  const standing = { token: 0, outcome: null, withdrawn: false };
  return { planned, task, last: planned, ...standing, spent: SPENT_NOTHING };
}

function take(writer: RowWriter, before: TaskRow, row: Row): TaskRow {
  const step = stepOf(row);
  const { task } = before;
  let now = before;
  const imply = (implied: Step): void => {
    const said = { at: row.at, type: implied.type, body: bodyOf(implied) };
    const after = { ...now, ...standingAfter(now, implied) };
    now = { ...after, last: writer.appendStep(said, after) };
  };
  if (step.type !== "task.reopened" && (now.outcome !== null || now.withdrawn)) {
    imply({ type: "task.reopened", task, reason: HIDDEN });
  }
  if (step.type !== "attempt.opened" && row.token > now.token) {
    imply({ type: "attempt.opened", task, token: row.token });
  }
  const after = { ...now, ...standingAfter(now, step), spent: spentIn(row) };
  return { ...after, last: writer.appendStep(row, after) };
}

function spentIn(row: Row): Spent {
  return Object.fromEntries(
    SPENT_COLUMNS.map((column) => [column, row[column]]),
  ) as unknown as Spent;
}
