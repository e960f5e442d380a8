import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";

/** Options of {@link readOnlyFilesFrom}. */
export interface ReadOnlyFilesOptions {
  /** The absolute folder that paths are relative to. @default the repository's root */
  readonly cwd?: string;
}

/**
 * Prepares files that give context and are not edited. One that git tracks is read from the
 * workspace, hence relative to the root; any other one, in the repository or not, from where it is.
 * @throws {BatchError} FILE_MISSING
 */
export async function readOnlyFilesFrom(
  repository: Site,
  paths: readonly string[],
  options: ReadOnlyFilesOptions = {},
): Promise<string[]> {
  const find = await readOnlyFilesFinder(repository, options.cwd ?? repository.root);
  return paths.map(find);
}

/** The same, with one look at the repository for many lists of files. */
export async function readOnlyFilesFinder(
  repository: Site,
  cwd: string,
): Promise<(path: string) => string> {
  const tracked = new Set(await repository.trackedFiles());
  return (path) => {
    const absolute = resolve(cwd, path);
    if (statSync(absolute, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new BatchError("FILE_MISSING", `"${path}" is to be read, and there is no such file.`, {
        paths: [path],
      });
    }
    const place = insideOrNull(repository, absolute);
    return place !== null && tracked.has(place) ? place : absolute;
  };
}

function insideOrNull(repository: Site, absolute: string): string | null {
  try {
    return repository.resolveInside(absolute);
  } catch {
    return null;
  }
}
