import { isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { ToolFailure } from "@cluster/pool";

/** Where aider works: it names files from the repository's root, everybody else from the workspace. */
export interface Places {
  readonly root: string;
  readonly folder: string;
}

/** A file as aider's commands take it. @throws {ToolFailure} refused, when they cannot. */
export function commandPath(file: string, { root, folder }: Places): string {
  const path = relative(root, isAbsolute(file) ? file : join(folder, file));
  // In front of a leading `~` or `-` it takes their meaning away.
  const plain = isAbsolute(path) || path.startsWith("..") ? path : `./${path}`;
  if (/[\n\r]/.test(plain) || (plain.includes('"') && /\s/.test(plain))) {
    throw new ToolFailure(
      "refused",
      `aider's command line cannot name the file ${JSON.stringify(file)}: it has quotes and spaces.`,
    );
  }
  return plain.includes('"') ? plain : `"${plain}"`;
}

/** A path that aider prints, from the workspace. */
export function workspacePath(path: string, { root, folder }: Places): string {
  return relative(folder, join(root, path)).split(sep).join(posix.sep);
}

/** The lines of `git rev-parse --show-toplevel --show-prefix`, or null outside a repository. */
export function placesOf(lines: readonly string[]): Places | null {
  const at = lines.findIndex((line) => isAbsolute(line));
  const root = lines[at];
  if (root === undefined) return null;
  return { root, folder: resolve(root, (lines[at + 1] ?? "").trim()) };
}
