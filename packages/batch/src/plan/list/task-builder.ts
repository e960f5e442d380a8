import type { TaskInput } from "../../contract/task.ts";
import { listSome } from "../../errors/list-some.ts";
import { parseTemplate, type Template } from "../template.ts";
import type { FileFinder } from "./file-finder.ts";
import type { ListRow } from "./list-row.ts";
import { rowValues } from "./row-values.ts";
import { FieldProblem, TASK_FIELDS, type TaskFields, taskFields } from "./task-fields.ts";

/** What rows are made into tasks with. */
export interface TaskBuilderOptions {
  readonly finder: FileFinder;
  readonly readOnly: (path: string) => string;
  /** For rows without a prompt. */
  readonly message: Template | null;
  /** Read-only files of all tasks. */
  readonly common: readonly string[];
  /** `null`: any. */
  readonly tools: readonly string[] | null;
  readonly cells: boolean;
}

/** Makes a task of each row, and notes what of the list was of no use. */
export class TaskBuilder {
  readonly #options: TaskBuilderOptions;
  readonly #used = new Set<string>(TASK_FIELDS);
  readonly #new = new Set<string>();

  constructor(options: TaskBuilderOptions) {
    this.#options = options;
    for (const used of options.message?.names ?? []) this.#used.add(used);
  }

  /** @throws {BatchError} @throws {FieldProblem} */
  task(row: ListRow): TaskInput {
    const fields = taskFields(row, this.#options.cells);
    const { model, tool, verify, id, after } = fields;
    const { tools } = this.#options;
    if (tool !== undefined && tools?.includes(tool) === false) {
      throw new FieldProblem("tool", `expected one of ${listSome(tools, 10)}, found "${tool}"`);
    }
    const files = this.#files(fields);
    const read = fields.read.map((path) => this.#options.readOnly(path));
    const readOnlyFiles = [...new Set([...this.#options.common, ...read])];
    return {
      prompt: this.#prompt(row, fields, files),
      files,
      ...(readOnlyFiles.length === 0 ? {} : { readOnlyFiles }),
      ...(model === undefined ? {} : { model }),
      ...(tool === undefined ? {} : { tool }),
      ...(verify === undefined ? {} : { verify }),
      ...(id === undefined ? {} : { name: id }),
      ...(after.length === 0 ? {} : { after: [...new Set(after)] }),
    };
  }

  warnings(name: string, rows: readonly ListRow[]): string[] {
    const columns = new Set(rows.flatMap(({ values }) => [...values.keys()]));
    const unused = [...columns].filter((column) => !this.#used.has(column));
    const warnings: string[] = [];
    if (unused.length > 0) {
      warnings.push(
        `${name}: no prompt says ${listSome(unused.map((column) => `{{${column}}}`))}, and a task has no field of that name.`,
      );
    }
    if (this.#new.size > 0) {
      const which = listSome([...this.#new]);
      warnings.push(`${name}: not there yet, and left to the task to create: ${which}.`);
    }
    return warnings;
  }

  #prompt(row: ListRow, { prompt }: TaskFields, files: readonly string[]): string {
    const template = prompt === undefined ? this.#options.message : parseTemplate(prompt);
    if (template === null) {
      const columns = [...row.values.keys()].map((column) => `"${column}"`);
      const found = columns.length === 0 ? "nothing" : listSome(columns);
      throw new FieldProblem(
        "prompt",
        `expected "prompt", or a message for all tasks that have none (-m), found ${found}`,
      );
    }
    for (const used of template.names) this.#used.add(used);
    const rendered = template.render(rowValues(row.values, files));
    if (rendered.trim() === "") throw new FieldProblem("prompt", "the prompt is empty");
    return rendered;
  }

  #files(fields: TaskFields): string[] {
    const files = new Set<string>();
    const excluded = new Set<string>();
    for (const path of fields.files) {
      const found = this.#options.finder.entry(path);
      if ("problem" in found) throw new FieldProblem("files", found.problem);
      for (const file of found.files) (found.excluded ? excluded : files).add(file);
      if (found.isNew) for (const file of found.files) this.#new.add(file);
    }
    const left = [...files].filter((file) => !excluded.has(file));
    if (fields.files.length > 0 && left.length === 0) {
      throw new FieldProblem("files", "the exclusions leave no file");
    }
    return left;
  }
}
