import { type FileChange, WorkspaceError } from "@cluster/workspace";
import type { Attempt } from "../contract/executor.ts";
import type { PlaceChanges, WorkPlace } from "../contract/site.ts";
import { commitMessage } from "../plan/commit-message.ts";

/** What is kept of an edit that no commit could hold. */
const LONGEST_PATCH = 1024 * 1024;

/** An edit as a commit, and what a hook of the user said against it. */
export interface JudgedCommit {
  /** `null` when the changes come to nothing. */
  readonly commit: string | null;
  readonly refusal: string | null;
}

/**
 * Stage `commit`: the edit as it is to land, past the user's hooks where they are wanted. What they refuse
 * is a commit all the same, since it is to be kept.
 */
export async function commitToLand(...edit: Parameters<typeof commitEdit>): Promise<JudgedCommit> {
  const [workspace, attempt, changes, wanted] = edit;
  if (!attempt.hooks) return { commit: await commitEdit(...edit), refusal: null };
  try {
    return { commit: await commitEdit(workspace, attempt, changes, wanted, true), refusal: null };
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.code !== "HOOK_FAILED") throw error;
    return { commit: await commitEdit(...edit), refusal: error.message };
  }
}

/** One commit of `wanted`, as `changes` saw them, or `null` when they come to nothing. */
export async function commitEdit(
  workspace: WorkPlace,
  attempt: Attempt,
  changes: PlaceChanges,
  wanted: readonly FileChange[],
  hooks = false,
): Promise<string | null> {
  if (wanted.length === 0) return null;
  return workspace.commit({
    paths: wanted.map(({ path }) => path),
    changes,
    message: commitMessage(attempt.prompt, attempt.files),
    tool: attempt.tool,
    ...(hooks ? { hooks } : {}),
    trailers: { "Cluster-Task": attempt.task, "Cluster-Attempt": attempt.token },
  });
}

/** The edit as text, for when it could not be committed. `null` when even that fails or it is too long. */
export async function patchOf(workspace: WorkPlace): Promise<string | null> {
  const patch = await workspace.diff().catch(() => "");
  return patch === "" || patch.length > LONGEST_PATCH ? null : patch;
}
