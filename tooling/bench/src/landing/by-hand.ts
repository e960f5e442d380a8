import { isolatedGitEnvironment, type SampleRepository } from "@cluster/testkit";
import { execa } from "execa";

/** Runs git as a script would, once for each step, and gives its line. */
async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const env = isolatedGitEnvironment();
  return (await execa("git", args, { cwd, env, extendEnv: false })).stdout;
}

/** Lands commits on a ref as a script does that knows git well: on objects, with three gits for each. */
export async function landByHand(
  { path }: SampleRepository,
  ref: string,
  commits: readonly string[],
): Promise<void> {
  let tip = await git(path, "rev-parse", "HEAD");
  await git(path, "update-ref", ref, tip);
  for (const commit of commits) {
    const tree = await git(path, "merge-tree", "--write-tree", tip, commit);
    const next = await git(path, "commit-tree", tree, "-p", tip, "-m", `Land ${commit}`);
    await git(path, "update-ref", ref, next, tip);
    tip = next;
  }
}

/** Makes worktrees one after the other. */
export async function worktreesByHand(
  { path }: SampleRepository,
  folders: readonly string[],
): Promise<void> {
  for (const folder of folders) await git(path, "worktree", "add", "--quiet", "--detach", folder);
}

/** Removes them again. */
export async function removeByHand(
  { path }: SampleRepository,
  folders: readonly string[],
): Promise<void> {
  for (const folder of folders) await git(path, "worktree", "remove", "--force", folder);
}
