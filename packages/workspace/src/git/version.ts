import { WorkspaceError } from "../errors/workspace-error.ts";
import type { Git } from "./git.ts";

/** The oldest git that merges on objects alone (`merge-tree --write-tree`). */
const OLDEST_GIT = "2.38";

/**
 * The version of git, when it is new enough.
 * @throws {WorkspaceError} GIT_MISSING, GIT_TOO_OLD
 */
export async function requireGit(git: Git, signal?: AbortSignal): Promise<string> {
  const line = await git.line(["version"], { signal });
  const [version, major, minor] = /(\d+)\.(\d+)[\w.-]*/.exec(line) ?? [];
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_GIT.split(".").map(Number);
  const enough =
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  if (version === undefined || !enough) {
    throw new WorkspaceError(
      "GIT_TOO_OLD",
      `Git ${OLDEST_GIT} or newer is needed, found "${line}". Upgrade git.`,
    );
  }
  return version;
}
