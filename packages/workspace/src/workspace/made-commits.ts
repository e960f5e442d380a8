import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Lies in git's folder of a worktree and names the newest commits that were made in it. */
const LIST = "cluster-made";

/**
 * Of older ones the caller has long noted what they were made for. An attempt makes two at most, and only the
 * next one may begin before that is noted.
 */
const LISTED = 6;

/**
 * Notes a commit to which no ref points, before anybody hears of it: its worktree may be reset for the next task
 * before that is noted elsewhere, and a process that dies in between is to lose nothing.
 */
export async function noteMade(gitDir: string, commit: string): Promise<void> {
  const list = [...(await madeCommits(gitDir)), commit].slice(-LISTED);
  const draft = join(gitDir, `${LIST}.draft`);
  await writeFile(draft, `${list.join("\n")}\n`);
  await rename(draft, join(gitDir, LIST));
}

/** The newest commits that were made in a worktree, oldest first. */
export async function madeCommits(gitDir: string): Promise<readonly string[]> {
  const text = await readFile(join(gitDir, LIST), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}
