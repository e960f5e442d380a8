import type { ListRow } from "./list-row.ts";
import { shown } from "./shown.ts";

/** What of a list's columns means something by itself. All others are for the template. */
export const TASK_FIELDS = [
  "prompt",
  "files",
  "file",
  "read",
  "model",
  "tool",
  "verify",
  "id",
  "after",
] as const;

/** One of {@link TASK_FIELDS}. */
export type TaskField = (typeof TASK_FIELDS)[number];

/** A field is not what it should be. */
export class FieldProblem extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** What of a row is understood. Absent and empty is the same. */
export interface TaskFields {
  readonly prompt: string | undefined;
  readonly files: readonly string[];
  readonly read: readonly string[];
  readonly model: string | undefined;
  readonly tool: string | undefined;
  readonly verify: string | undefined;
  readonly id: string | undefined;
  readonly after: readonly string[];
}

/**
 * Checks a row.
 * @param cells Several values stand in one text, parted by `;`.
 * @throws {FieldProblem}
 */
export function taskFields({ values }: ListRow, cells: boolean): TaskFields {
  const one = (field: TaskField): string | undefined => textOf(field, values.get(field));
  const many = (field: TaskField): string[] => textsOf(field, values.get(field), cells);
  const file = one("file");
  const files = many("files");
  if (file !== undefined && files.length > 0) {
    throw new FieldProblem("file", 'expected either "file" or "files", found both');
  }
  return {
    prompt: one("prompt"),
    files: file === undefined ? files : [file],
    read: many("read"),
    model: one("model"),
    tool: one("tool"),
    verify: one("verify"),
    id: one("id"),
    after: many("after"),
  };
}

function textOf(field: TaskField, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  // Ids are often numbers, and mean their digits.
  if (typeof value === "number" && field === "id") return String(value);
  if (typeof value !== "string") {
    throw new FieldProblem(field, `expected a text, found ${shown(value)}`);
  }
  return value.trim() === "" ? undefined : value;
}

function textsOf(field: TaskField, value: unknown, cells: boolean): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") {
    const texts = cells ? value.split(";").map((text) => text.trim()) : [value];
    return texts.filter((text) => text.trim() !== "");
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => {
    if (typeof item === "number" && field === "after") return String(item);
    if (typeof item === "string" && item.trim() !== "") return item;
    throw new FieldProblem(field, `expected a text or a list of texts, found ${shown(value)}`);
  });
}
