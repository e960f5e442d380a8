import type { z } from "zod";
import type { ToolDefinition } from "./definition.ts";
import { FIELDS } from "./fields.ts";
import { definitionSchema } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/** Something that is wrong with a definition. */
export interface DefinitionProblem {
  /** Where in the document; names and places in lists. */
  readonly path: readonly (string | number)[];
  /** The key that is wrong, where it is one that `path` has and should not have. */
  readonly key?: string;
  readonly expected: string;
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}

/** A definition, or what is wrong with it. */
export type CheckedDefinition =
  | { readonly definition: ToolDefinition; readonly problems: readonly [] }
  | { readonly definition: null; readonly problems: readonly DefinitionProblem[] };

/** Checks what a document says of a tool, and finds all that is wrong at once. */
export function checkDefinition(document: unknown): CheckedDefinition {
  const result = definitionSchema.safeParse(document);
  if (result.success) return { definition: result.data, problems: [] };
  return {
    definition: null,
    problems: result.error.issues.flatMap((issue) => problemsOf(issue, document)),
  };
}

/** A problem in a line: where, what was expected, found, and what to do. */
export function describeProblem({ path, key, expected, found, remedy }: DefinitionProblem): string {
  const where = [...path, ...(key === undefined ? [] : [key])].join(".") || "the document";
  return `${where}: expected ${expected}; found ${found}. ${remedy}`;
}

function problemsOf(issue: Issue, document: unknown): readonly DefinitionProblem[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path,
      key,
      expected: path.length === 0 ? `one of ${Object.keys(FIELDS).join(", ")}` : "no such key",
      found: JSON.stringify(key),
      remedy: "Take it out, or correct its name.",
    }));
  }
  const value = valueAt(document, path);
  const params = (issue as { readonly params?: { expected?: string; remedy?: string } }).params;
  return [
    {
      path,
      expected: params?.expected ?? expectedOf(issue),
      found: shown(value),
      remedy: params?.remedy ?? remedyFor(path, value),
    },
  ];
}

function expectedOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "invalid_value":
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      return issue.origin === "string" ? "some text" : `at least ${issue.minimum}`;
    case "invalid_union":
      return issue.errors.length === 0
        ? 'one of "sentinel", "prompt", "json-lines", "exit"'
        : issue.message;
    default:
      return issue.message;
  }
}

function remedyFor(path: readonly (string | number)[], value: unknown): string {
  const [key] = path;
  const meant = FIELDS[key as keyof ToolDefinition];
  if (meant === undefined) return "See the JSON Schema: every key is described there.";
  return `${value === undefined ? "Add" : "Correct"} it. ${meant}.`;
}

function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
