import type { Git } from "../git/git.ts";
import type { Identities } from "../git/identity.ts";

/** What opening a repository found out. */
export interface RepositoryParts {
  readonly root: string;
  readonly gitDir: string;
  readonly commonDir: string;
  readonly objectFormat: "sha1" | "sha256";
  readonly identities: Identities;
  /** Whether the user's configuration wants commits signed. */
  readonly sign: boolean;
  /** The folder of this repository's worktrees. */
  readonly worktrees: string;
  /** Git at the root of the user's work tree. */
  readonly git: Git;
}

/** The id that stands for no object. */
export function noObject(objectFormat: "sha1" | "sha256"): string {
  return "0".repeat(objectFormat === "sha1" ? 40 : 64);
}
