import { rm } from "node:fs/promises";
import { join } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { authorVariables, type CommitAuthor, type CommitObject } from "../git/commit-object.ts";
import { withHooks } from "../git/environment.ts";
import type { Git } from "../git/git.ts";

/** States that would make `git commit` do more than one commit with one parent. */
const UNFINISHED = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "SQUASH_MSG"];

/**
 * Commits a tree with `git commit`, so that the user's hooks see and may change it as they are used to.
 * `commit.gpgSign` counts by itself there.
 * @throws {WorkspaceError} HOOK_FAILED
 */
export async function commitWithHooks(
  git: Git,
  { tree, parents, message }: CommitObject,
  author: CommitAuthor,
  signal?: AbortSignal,
): Promise<string> {
  const { environment } = git.options;
  const hooked = git.with({
    environment: { ...withHooks(environment), ...authorVariables(author) },
  });
  const [parent = ""] = parents;
  for (const file of UNFINISHED) {
    await rm(join(environment.GIT_DIR ?? "", file), { force: true });
  }
  await git.run(["update-ref", "--no-deref", "HEAD", parent], { signal });
  await git.run(["read-tree", tree], { signal });
  try {
    const args = ["commit", "--quiet", "--cleanup=verbatim", "--file=-"];
    await hooked.run(args, { signal, input: message });
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.code !== "GIT_FAILED") throw error;
    throw new WorkspaceError("HOOK_FAILED", `A hook refused the commit: ${error.stderr}`, {
      cause: error,
      stderr: error.stderr,
    });
  }
  return git.line(["rev-parse", "--verify", "HEAD"], { signal });
}
