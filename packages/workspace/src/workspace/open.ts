import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunContext } from "../run/run-context.ts";
import { readWorktree, removeFolder } from "./folder.ts";
import { Workspace, type WorkspaceOwner } from "./workspace.ts";

/** Makes a worktree with HEAD detached and brings it to the run's tip. */
export async function openWorkspace(
  context: RunContext,
  index: number,
  owner: WorkspaceOwner,
  signal?: AbortSignal,
): Promise<Workspace> {
  const { parts, folder, shared } = context;
  const path = join(folder, String(index));
  await mkdir(dirname(path), { recursive: true });
  // `--force`: what an earlier process left under this name, and only that, is replaced.
  const args = ["worktree", "add", "--force", "--detach", "--no-checkout", path, owner.tip()];
  const worktree = await shared.run(async () => {
    await removeFolder(path);
    await parts.git.run(args, { signal });
    return readWorktree(path);
  });
  const workspace = new Workspace(context, index, worktree, owner);
  try {
    await workspace.reset(undefined, signal === undefined ? {} : { signal });
    return workspace;
  } catch (error) {
    await workspace.remove().catch(() => {});
    throw error;
  }
}
