import { jsonFault } from "./json-fault.ts";
import { type ListProblem, listError } from "./list-problems.ts";
import type { ListContent, ListRow } from "./list-row.ts";
import { shown } from "./shown.ts";

/** Reads JSONL: an object on each line; empty lines are passed over. @throws {BatchError} LIST_INVALID */
export function readJsonLines(text: string, name: string): ListContent {
  const rows: ListRow[] = [];
  const problems: ListProblem[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const at = `${name}:${i + 1}`;
    try {
      const value: unknown = JSON.parse(line);
      if (isObject(value)) {
        const where = (field?: string): string => (field === undefined ? at : `${at}, "${field}"`);
        rows.push({ values: new Map(Object.entries(value)), at: where });
      } else {
        problems.push({ at, message: `expected an object, found ${shown(value)}.` });
      }
    } catch (cause) {
      const { message, position } = jsonFault(cause, line);
      const where = position === null ? at : `${at}:${position + 1}`;
      problems.push({
        at: where,
        message: `expected one JSON object on each line, found ${message}.`,
      });
    }
  }
  if (problems.length > 0) throw listError(problems);
  return { rows, cells: false };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
