import { existsSync } from "node:fs";
import { openFolder, openRepository, WorkspaceError } from "@cluster/workspace";
import type { RunRecord } from "../contract/run-record.ts";
import type { Place, Site } from "../contract/site.ts";

/** What a folder without a repository that runs can use is told apart by. */
const NO_REPOSITORY: ReadonlySet<string> = new Set([
  "NOT_A_REPOSITORY",
  "BARE_REPOSITORY",
  "NO_COMMITS",
  "GIT_MISSING",
  "GIT_TOO_OLD",
]);

/**
 * Opens what a folder belongs to.
 * @param place how its runs are to work. Absent: what its runs may be looked up by, with git or without
 * @throws {WorkspaceError} NOT_A_REPOSITORY and, for worktrees, whatever git refuses
 */
export async function openSite(path: string, place?: Place): Promise<Site> {
  if (place === "in-place") return openFolder(path);
  try {
    return await openRepository(path);
  } catch (error) {
    const none = error instanceof WorkspaceError && NO_REPOSITORY.has(error.code);
    if (place !== undefined || !none) throw error;
    return openFolder(path);
  }
}

/**
 * The site of a run as the run began on it, whichever work tree of its repository somebody stands in. One that
 * is gone, or another repository's by now, is not looked for.
 */
export async function siteOf({ place = "worktrees", root }: RunRecord, site: Site): Promise<Site> {
  // Where the whole of it was moved, its old place is gone.
  if (site.place !== place) return openSite(existsSync(root) ? root : site.root, place);
  if (site.root === root) return site;
  const began = (await site.at?.(root).catch(() => null)) ?? null;
  return began?.root === root && began.commonDir === site.commonDir ? began : site;
}
