import { deleteRef } from "../git/refs.ts";
import type { RunContext } from "./run-context.ts";

/**
 * Deletes the run's branch, which nobody needs any more. One that is checked out somewhere stays, as with
 * `git branch -d`: whoever looks at it there would else stand on a branch without a commit.
 */
export async function dropBranch({ parts, ref }: RunContext, tip: string): Promise<void> {
  const { git } = parts;
  const checkedOutAt = await git.line(["for-each-ref", "--format=%(worktreepath)", ref]);
  if (checkedOutAt === "") await deleteRef(git, ref, tip);
}
