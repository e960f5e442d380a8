import type { FileChange } from "@cluster/workspace";
import type { Attempt } from "../contract/executor.ts";
import type { PlaceChanges, WorkPlace } from "../contract/site.ts";
import { commitMessage } from "../plan/commit-message.ts";

/** What is kept of an edit that no commit could hold. */
const LONGEST_PATCH = 1024 * 1024;

/** Stage `commit`: one commit of `wanted`, as `changes` saw them, or `null` when they come to nothing. */
export async function commitEdit(
  workspace: WorkPlace,
  attempt: Attempt,
  changes: PlaceChanges,
  wanted: readonly FileChange[],
): Promise<string | null> {
  if (wanted.length === 0) return null;
  return workspace.commit({
    paths: wanted.map(({ path }) => path),
    changes,
    message: commitMessage(attempt.prompt, attempt.files),
    tool: attempt.tool,
    trailers: { "Cluster-Task": attempt.task, "Cluster-Attempt": attempt.token },
  });
}

/** The edit as text, for when it could not be committed. `null` when even that fails or it is too long. */
export async function patchOf(workspace: WorkPlace): Promise<string | null> {
  const patch = await workspace.diff().catch(() => "");
  return patch === "" || patch.length > LONGEST_PATCH ? null : patch;
}
