import { fileValues } from "../file-values.ts";
import type { TemplateValues } from "../template.ts";
import { shown } from "./shown.ts";

/** What a template may say of a row: `{{file}}`, `{{files}}`, and each of its columns but the prompt. */
export function rowValues(
  row: ReadonlyMap<string, unknown>,
  files: readonly string[],
): TemplateValues {
  const values = fileValues(files);
  for (const [column, value] of row) {
    if (column === "prompt" || column === "file" || column === "files") continue;
    values.set(column, cellText(value));
  }
  return values;
}

function cellText(value: unknown): string | (() => string) {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) {
    return value.join(", ");
  }
  return () => `expected a text, a number, true, false or a list of them, found ${shown(value)}`;
}
