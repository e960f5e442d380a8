import type { Git } from "../git/git.ts";

/** What a run in place begins on, where nothing has a name of its own. */
export const IN_PLACE = "in-place";

/** What opening a folder found out. */
export interface FolderParts {
  readonly root: string;
  /** What names it among all others. */
  readonly commonDir: string;
  /** Git at the root, where that is a git work tree. */
  readonly git: Git | null;
  /** Where locks are, and runs that have no folder of their own. */
  readonly state: string;
}
