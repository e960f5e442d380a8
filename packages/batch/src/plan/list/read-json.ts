import { parseDocument } from "yaml";
import { jsonFault } from "./json-fault.ts";
import { listError } from "./list-problems.ts";
import type { ListContent, ListRow } from "./list-row.ts";
import { readYaml } from "./read-yaml.ts";

/**
 * Reads JSON, in the same two forms as YAML. JSON is YAML, which knows the place of each value, and takes
 * ten times as long: it is asked only when something is wrong. @throws {BatchError} LIST_INVALID
 */
export function readJson(text: string, name: string): ListContent {
  let value: unknown;
  try {
    value = text.trim() === "" ? [] : JSON.parse(text);
  } catch (cause) {
    const { message, position } = jsonFault(cause, text);
    const place = position === null ? yamlFault(text) : position;
    throw listError(
      [{ at: placeOf(name, text, place), message: `expected JSON, found ${message}.` }],
      cause,
    );
  }
  const whole = Array.isArray(value) ? { tasks: value } : value;
  const { tasks, ...common } = isObject(whole) ? whole : {};
  if (!Array.isArray(tasks) || !tasks.every(isObject)) return readYaml(text, name);
  let placed: ListContent | undefined;
  const rows = tasks.map((task, i): ListRow => {
    const values = new Map(Object.entries({ ...common, ...task }));
    const at = (field?: string): string => {
      placed ??= readYaml(text, name);
      return placed.rows[i]?.at(field) ?? name;
    };
    return { values, at };
  });
  return { rows, cells: false };
}

/** Where YAML stumbles, which is not later than where JSON does, or nowhere. */
function yamlFault(text: string): number | null {
  return parseDocument(text, { prettyErrors: false }).errors[0]?.pos[0] ?? null;
}

function placeOf(name: string, text: string, position: number | null): string {
  if (position === null) return name;
  const before = text.slice(0, position);
  return `${name}:${before.split("\n").length}:${before.length - before.lastIndexOf("\n")}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
