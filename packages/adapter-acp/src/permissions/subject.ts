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
  "dir_path",
  "directory",
  "target_file",
  "old_path",
  "new_path",
  "source_path",
  "destination_path",
];

/** Reads a tool call. Agents say where it goes in four places, and some in one of them only. */
function subjectOf(toolCall: Readonly<Record<string, unknown>>): Subject {
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
  for (const [path, change] of Object.entries(record(input.changes))) {
    add(path);
    add(record(change).move_path);
  }
  const target = input.command ?? input.url ?? null;
  return {
    kind: ACTION_KINDS.find((one) => one === kind) ?? "other",
    title: typeof title === "string" ? title : "",
    paths: [...paths],
    target: Array.isArray(target) ? target.join(" ") : typeof target === "string" ? target : null,
  };
}

/**
 * A tool call of which more is known than what is told now: an agent may name in its request for a
 * permission only what has changed since it told of the call. No path is forgotten.
 */
export function subjectSince(
  known: Subject | undefined,
  toolCall: Readonly<Record<string, unknown>>,
): Subject {
  const now = subjectOf(toolCall);
  if (known === undefined) return now;
  const says = (name: string): boolean => typeof toolCall[name] === "string";
  return {
    kind: says("kind") ? now.kind : known.kind,
    title: says("title") ? now.title : known.title,
    paths: [...new Set([...known.paths, ...now.paths])],
    target: now.target ?? known.target,
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
