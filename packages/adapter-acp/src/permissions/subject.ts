import { record } from "../proof/usage.ts";
import { ACTION_KINDS, type ActionKind } from "./policy.ts";

/** What a tool call is about, as far as the agent says. */
export interface Subject {
  readonly kind: ActionKind;
  readonly title: string;
  /** As the agent names them. */
  readonly paths: readonly string[];
  /** A command line or an address. */
  readonly target: string | null;
}

const PATH_NAMES = [
  "path",
  "file_path",
  "filePath",
  "filepath",
  "abs_path",
  "absolute_path",
  "absolutePath",
  "notebook_path",
];

/** Reads a tool call. Agents say where it goes in four places, and some in one of them only. */
export function subjectOf(toolCall: Readonly<Record<string, unknown>>): Subject {
  const { kind, title, locations, content, rawInput } = toolCall;
  const input = record(rawInput);
  const paths = new Set<string>();
  const add = (path: unknown): void => {
    if (typeof path === "string" && path !== "") paths.add(path);
  };
  for (const location of list(locations)) add(record(location).path);
  for (const piece of list(content)) {
    const { type, path } = record(piece);
    if (type === "diff") add(path);
  }
  for (const name of PATH_NAMES) add(input[name]);
  for (const path of Object.keys(record(input.changes))) add(path);
  const target = input.command ?? input.url ?? null;
  return {
    kind: ACTION_KINDS.find((one) => one === kind) ?? "other",
    title: typeof title === "string" ? title : "",
    paths: [...paths],
    target: Array.isArray(target) ? target.join(" ") : typeof target === "string" ? target : null,
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
