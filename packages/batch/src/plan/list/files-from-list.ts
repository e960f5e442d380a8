import type { Site } from "../../contract/site.ts";
import { BatchError } from "../../errors/batch-error.ts";
import { listSome } from "../../errors/list-some.ts";
import type { FoundFiles } from "../files-from-globs.ts";
import { decodeList } from "./decode-list.ts";
import { FileFinder } from "./file-finder.ts";
import { type ListProblem, listError } from "./list-problems.ts";

/** Options of {@link filesFromList}. */
export interface FilesFromListOptions {
  /** What messages call the list, such as its path. @default "the list" */
  readonly name?: string;
  /** The absolute folder that paths are relative to. @default the repository's root */
  readonly cwd?: string;
  /** What parts the paths: the end of a line, or a NUL byte. @default "line" */
  readonly separator?: "line" | "nul";
}

/**
 * The files that a list names, one path a line, each once and in the order of the list. Paths are taken
 * literally; empty lines are passed over. Git must track every one of them.
 * @throws {BatchError} LIST_INVALID with the line of each path that cannot be edited; NO_TASKS
 */
export async function filesFromList(
  repository: Site,
  content: Uint8Array | string,
  options: FilesFromListOptions = {},
): Promise<FoundFiles> {
  const { name = "the list", cwd = repository.root, separator = "line" } = options;
  const text = decodeList(content, name);
  if (separator === "line" && text.includes("\0")) {
    const message = "expected one path a line, found a NUL byte. Paths that NUL parts need -0.";
    throw listError([{ at: placeOf(name, text.split("\0", 1)[0]?.split("\n").length), message }]);
  }
  const finder = await FileFinder.open(repository, cwd);
  const problems: ListProblem[] = [];
  const places = new Map<string, string>();
  const repeated = new Set<string>();
  const paths = separator === "nul" ? text.split("\0") : text.split(/\r?\n/);
  for (const [i, path] of paths.entries()) {
    if (path === "" || (separator === "line" && path.trim() === "")) continue;
    const at = separator === "nul" ? `${name}, path ${i + 1}` : placeOf(name, i + 1);
    const found = finder.file(path);
    if ("problem" in found) problems.push({ at, message: `${found.problem}.` });
    else if (places.has(found.file)) repeated.add(found.file);
    else places.set(found.file, at);
  }
  const files = [...places.keys()];
  for (const [file, problem] of await finder.unfit(files)) {
    problems.push({ at: places.get(file) ?? name, message: `${problem}.` });
  }
  if (problems.length > 0) throw listError(problems);
  if (files.length === 0) {
    throw new BatchError("NO_TASKS", `${name}: expected one path a line, found none.`);
  }
  const warnings =
    repeated.size === 0
      ? []
      : [`${name}: named more than once, and taken once: ${listSome([...repeated])}.`];
  return { files, warnings };
}

function placeOf(name: string, line: number | undefined): string {
  return `${name}:${line ?? 1}`;
}
