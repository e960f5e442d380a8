import { realpathSync } from "node:fs";
import { isAbsolute, join, posix, resolve, sep } from "node:path";
import picomatch from "picomatch";
import { BatchError } from "../errors/batch-error.ts";

/** A pattern as the user wrote it, related to the repository's root. */
export interface Pattern {
  readonly text: string;
  readonly negated: boolean;
  /** The same, from the root, with `/`. */
  readonly fromRoot: string;
}

/**
 * Relates a pattern to the root.
 * @throws {BatchError} PATH_OUTSIDE when it leads out of the repository.
 */
export function parsePattern(text: string, root: string, cwd: string): Pattern {
  const negated = text.startsWith("!") && text.length > 1;
  const body = negated ? text.slice(1) : text;
  const base = root.split(sep).join("/");
  const isInside = (path: string): boolean =>
    path === base || path.startsWith(base.endsWith("/") ? base : `${base}/`);
  let absolute = resolve(cwd, body).split(sep).join("/");
  if (isAbsolute(body) && !isInside(absolute)) absolute = withoutLinks(absolute);
  if (!isInside(absolute)) {
    throw new BatchError(
      "PATH_OUTSIDE",
      `"${text}" leads out of the repository ${root}. Name files inside it, or choose another repository.`,
      { paths: [text] },
    );
  }
  return { text, negated, fromRoot: posix.relative(base, absolute) };
}

/** An absolute pattern may reach the root over a link, as /tmp is one on macOS. */
function withoutLinks(absolute: string): string {
  const folder = posix.dirname(picomatch.scan(`${absolute}/`).base);
  for (let above = folder; above !== "/"; above = posix.dirname(above)) {
    try {
      return join(realpathSync(above), posix.relative(above, absolute)).split(sep).join("/");
    } catch {
      // Not there: its parent may be.
    }
  }
  return absolute;
}

/**
 * Which of `files` a pattern means. A file of exactly that name wins over the pattern's wildcards
 * (`app/[id]/page.tsx`); the name of a folder means everything in it.
 */
export function matchPattern(pattern: Pattern, files: ReadonlySet<string>): string[] {
  const { fromRoot } = pattern;
  if (fromRoot === "") return [...files];
  if (files.has(fromRoot)) return [fromRoot];
  return matchAll(fromRoot, [...files]);
}

function matchAll(fromRoot: string, files: readonly string[]): string[] {
  const inFolder = files.filter((file) => file.startsWith(`${fromRoot}/`));
  if (inFolder.length > 0) return inFolder;
  const matches = picomatch(fromRoot);
  return files.filter((file) => matches(file));
}

/** Whether a pattern has wildcards at all. */
export function isGlob(pattern: Pattern): boolean {
  return picomatch.scan(pattern.fromRoot).isGlob;
}
