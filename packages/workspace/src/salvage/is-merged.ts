import type { Git } from "../git/git.ts";
import { mergeTrees } from "../git/merge-tree.ts";

/** Whether `tip` has all of a commit already: merging it changes nothing. */
export async function isMerged(git: Git, commit: string, tip: string): Promise<boolean> {
  const merged = await mergeTrees(git, tip, commit);
  if (merged.kind === "conflict") return false;
  return merged.tree === (await git.line(["rev-parse", "--verify", `${tip}^{tree}`]));
}
