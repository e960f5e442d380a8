import type { Site } from "../../contract/site.ts";
import type { TaskInput } from "../../contract/task.ts";
import { BatchError } from "../../errors/batch-error.ts";
import { listSome } from "../../errors/list-some.ts";
import { linkTasks } from "../link-tasks.ts";
import { readOnlyFilesFinder } from "../read-only-files.ts";
import { parseTemplate } from "../template.ts";
import { decodeList } from "./decode-list.ts";
import { FileFinder } from "./file-finder.ts";
import { type ListFormat, readList } from "./list-format.ts";
import { type ListProblem, listError } from "./list-problems.ts";
import type { ListRow } from "./list-row.ts";
import { TaskBuilder } from "./task-builder.ts";
import { FieldProblem } from "./task-fields.ts";

/** Options of {@link tasksFromList}. */
export interface TasksFromListOptions {
  readonly format: ListFormat;
  /** What messages call the list, such as its path. @default "the list" */
  readonly name?: string;
  /** The absolute folder that paths are relative to. @default the repository's root */
  readonly cwd?: string;
  /** The prompt of tasks that have none, as a template. */
  readonly message?: string;
  /** The names that a task may give its tool. @default any */
  readonly tools?: readonly string[];
  /** For all tasks, before those of their own. As `readOnlyFilesFrom` gives them. */
  readonly readOnlyFiles?: readonly string[];
}

/** What {@link tasksFromList} found. */
export interface ListedTasks {
  readonly tasks: readonly TaskInput[];
  /** What may be a mistake, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * The tasks of a list. Each has `prompt`, `files` (or `file`), `read`, `model`, `tool`, `verify`, `id` and
 * `after` (ids of tasks that go before it), all of which may be absent; every other column is for
 * `{{column}}` in its prompt, or in `message` where it has none. A file may be a glob, a folder, or
 * one that is not there yet.
 * @throws {BatchError} LIST_INVALID, with the line of all that is wrong; NO_TASKS
 */
export async function tasksFromList(
  repository: Site,
  content: Uint8Array | string,
  options: TasksFromListOptions,
): Promise<ListedTasks> {
  const { name = "the list", cwd = repository.root, format, message } = options;
  const { rows, cells } = await readList(decodeList(content, name), format, name);
  if (rows.length === 0) {
    throw new BatchError("NO_TASKS", `${name}: expected a list of tasks, found an empty one.`);
  }
  const finder = await FileFinder.open(repository, cwd);
  const builder = new TaskBuilder({
    finder,
    readOnly: await readOnlyFilesFinder(repository, cwd),
    message: message === undefined ? null : parseTemplate(message),
    common: options.readOnlyFiles ?? [],
    tools: options.tools ?? null,
    cells,
  });
  const problems: ListProblem[] = [];
  const tasks: TaskInput[] = [];
  const noting = <Result>(row: ListRow, work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof BatchError || error instanceof FieldProblem)) throw error;
      const at = error instanceof FieldProblem ? row.at(error.field) : row.at();
      problems.push({ at, message: `${error.message.replace(/\.$/, "")}.` });
      return undefined;
    }
  };
  for (const row of rows) {
    const task = noting(row, () => builder.task(row));
    if (task !== undefined) tasks.push(task);
  }
  const unfit = await finder.unfit([...new Set(tasks.flatMap(({ files }) => files))]);
  if (problems.length === 0) {
    for (const [i, { files }] of tasks.entries()) {
      const wrong = files.map((file) => unfit.get(file)).find((why) => why !== undefined);
      if (wrong !== undefined)
        problems.push({ at: rows[i]?.at("files") ?? name, message: `${wrong}.` });
    }
  }
  if (problems.length > 0) throw listError(problems);
  linkTasks(tasks, (i) => rows[i]?.at("after") ?? name);
  return { tasks, warnings: [...builder.warnings(name, rows), ...equals(tasks, rows, name)] };
}

/** Tasks that are the same in everything: each counts, and it may be a mistake. */
function equals(tasks: readonly TaskInput[], rows: readonly ListRow[], name: string): string[] {
  const groups = Map.groupBy(tasks.keys(), (i) => {
    const { name: _, after: __, ...content } = tasks[i] as TaskInput;
    return JSON.stringify(content);
  });
  const twins = [...groups.values()].filter((group) => group.length > 1);
  if (twins.length === 0) return [];
  const some = twins.map((group) => listSome(group.map((i) => rows[i]?.at() ?? name)));
  return [`${name}: the same task more than once, and each is done: ${listSome(some, 3)}.`];
}
