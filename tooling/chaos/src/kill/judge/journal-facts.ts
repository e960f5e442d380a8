import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What a journal says of one task. */
export interface TaskFacts {
  readonly id: string;
  readonly prompt: string;
  /** Each outcome that was recorded; a task has one. */
  readonly outcomes: readonly string[];
  /** The tokens of its attempts in their order. */
  readonly tokens: readonly number[];
}

/** A run as its journal has it, read by plain SQL. */
export interface JournalFacts {
  readonly run: string;
  readonly tasks: readonly TaskFacts[];
  /** What is wrong with the rows themselves. */
  readonly faults: readonly string[];
  /** The base that a resumed run goes on from, newest last. */
  readonly marks: readonly string[];
  /** All that the journal says, for a look at whether it holds a text. */
  readonly text: string;
}

interface TransitionRow {
  readonly sequence: number;
  readonly type: string;
  readonly task: string | null;
  readonly token: number;
  readonly outcome: string | null;
  readonly body: string;
}

/** The journals below a state folder, oldest run first. */
export function journalsIn(state: string): readonly string[] {
  if (!existsSync(state)) return [];
  return readdirSync(state, { recursive: true, encoding: "utf8" })
    .filter((path) => basename(path) === "journal.sqlite")
    .map((path) => join(state, path))
    .sort((one, other) => basename(dirname(one)).localeCompare(basename(dirname(other))));
}

/** Reads a journal, and writes nothing. */
export function readJournal(path: string): JournalFacts {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database
      .prepare(
        "SELECT sequence, type, task, token, outcome, body FROM transitions ORDER BY sequence",
      )
      .all() as unknown as TransitionRow[];
    const faults: string[] = [];
    rows.forEach(({ sequence }, index) => {
      if (sequence !== index + 1) faults.push(`row ${index + 1} of the journal is ${sequence}`);
    });
    const ofTasks = Map.groupBy(
      rows.filter(({ task }) => task !== null),
      ({ task }) => task as string,
    );
    const tasks = [...ofTasks].map(([id, own]) => factsOf(id, own));
    for (const { id, tokens } of tasks) {
      if (tokens.some((token, index) => index > 0 && token <= (tokens[index - 1] ?? 0))) {
        faults.push(`the tokens of ${id} do not grow: ${tokens.join(", ")}`);
      }
    }
    const marks = rows.filter(({ task }) => task === null).map(({ type }) => type);
    const text = rows.map(({ body }) => body).join("\n");
    return { run: basename(dirname(path)), tasks, faults, marks, text };
  } finally {
    database.close();
  }
}

function factsOf(id: string, rows: readonly TransitionRow[]): TaskFacts {
  const planned = rows.find(({ type }) => type === "task.planned");
  const [, prompt = ""] = /"prompt":("(?:[^"\\]|\\.)*")/.exec(planned?.body ?? "") ?? [];
  return {
    id,
    prompt: prompt === "" ? "" : (JSON.parse(prompt) as string),
    outcomes: rows.flatMap(({ type, outcome }) => (type === "task.ended" ? [outcome ?? ""] : [])),
    tokens: rows.flatMap(({ type, token }) => (type === "attempt.opened" ? [token] : [])),
  };
}

/** The locks of runs below a state folder that somebody holds. */
export function heldLocks(state: string): readonly string[] {
  return journalsIn(state)
    .map((path) => join(dirname(path), "owner.sqlite"))
    .filter((path) => existsSync(path) && isHeld(path));
}

function isHeld(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 50 });
  try {
    database.exec("BEGIN IMMEDIATE; ROLLBACK");
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}
