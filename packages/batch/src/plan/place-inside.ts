import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";

/**
 * The place in the repository that a path leads to, links followed, relative to the root.
 * @throws {BatchError} PATH_OUTSIDE
 */
export function placeInside(repository: Site, path: string): string {
  try {
    return repository.resolveInside(path);
  } catch (cause) {
    throw new BatchError(
      "PATH_OUTSIDE",
      `"${path}" leads out of the repository ${repository.root}, directly or over a link. Edits stay inside it: leave the path out, or choose another repository.`,
      { cause, paths: [path] },
    );
  }
}
