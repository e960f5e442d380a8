import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { isBinary } from "./binary-file.ts";

/**
 * What a tracked path is on disk. `missing` is a tracked file that is not in the checkout; `other` is
 * a submodule or a device.
 */
export type FileKind = "text" | "binary" | "link" | "missing" | "other";

/** Looks at one path of the repository. */
async function classifyFile(root: string, path: string): Promise<FileKind> {
  const absolute = join(root, path);
  const found = await lstat(absolute).catch(() => null);
  if (found === null) return "missing";
  if (found.isSymbolicLink()) return "link";
  if (!found.isFile()) return "other";
  return (await isBinary(absolute)) ? "binary" : "text";
}

/** Looks at many paths, a few at a time, so that no limit on open files is met. */
export async function classifyFiles(
  root: string,
  paths: readonly string[],
): Promise<Map<string, FileKind>> {
  const kinds = new Map<string, FileKind>();
  const AT_ONCE = 32;
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const some = paths.slice(from, from + AT_ONCE);
    const found = await Promise.all(some.map((path) => classifyFile(root, path)));
    some.forEach((path, i) => {
      kinds.set(path, found[i] as FileKind);
    });
  }
  return kinds;
}
