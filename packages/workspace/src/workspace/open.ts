import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { wasKilled } from "../git/killed.ts";
import type { RunContext } from "../run/run-context.ts";
import { removeUnfinishedRecords } from "../salvage/left-worktree.ts";
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
  // The repository itself may be where nobody else can look.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // `--force`: what an earlier process left under this name, and only that, is replaced. Once more: also
  // when that was killed and has left it locked.
  const force = ["--force", "--force"];
  const args = ["worktree", "add", ...force, "--detach", "--no-checkout", path, owner.tip()];
  const add = async (): Promise<void> => {
    await removeFolder(path);
    await parts.git.run(args, { signal });
  };
  const worktree = await shared.run(async () => {
    await add().catch(async (error: unknown) => {
      if (!wasKilled(error)) throw error;
      await removeUnfinishedRecords(parts.commonDir);
      await add();
    });
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
