import { lstat, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { removeDeadLocks } from "../git/dead-locks.ts";
import { type Git, nulSeparated, text } from "../git/git.ts";
import { swapRef } from "../git/refs.ts";
import { readHead } from "../repository/head.ts";
import type { RepositoryParts } from "../repository/parts.ts";

/** A delivery that was begun and may have been cut off anywhere. */
export interface CutDelivery {
  /** The branch that was checked out. */
  readonly branch: string;
  readonly from: string;
  readonly to: string;
}

/**
 * - `delivered`: the branch has it now
 * - `undone`: index and files are as they were before it
 * - `elsewhere`: something else is checked out by now, and nothing was touched
 */
export type MendedDelivery = "delivered" | "undone" | "elsewhere";

/**
 * Brings a checkout out of the middle of a delivery whose process was killed. Only what the delivery can
 * have written is touched: a file whose content is neither the old nor the beginning of the new one is the
 * user's, and stays.
 */
export async function mendCheckout(
  { git, root, gitDir, commonDir }: RepositoryParts,
  { branch, from, to }: CutDelivery,
): Promise<MendedDelivery> {
  const head = await readHead(git);
  if (head.branch !== branch) return "elsewhere";
  if (head.commit !== from) {
    const args = ["merge-base", "--is-ancestor", to, head.commit];
    return (await git.run(args, { answers: [1] })).exitCode === 0 ? "delivered" : "elsewhere";
  }
  const locks = [join(gitDir, "HEAD.lock"), join(gitDir, "index.lock")];
  await removeDeadLocks([...locks, join(commonDir, "refs", "heads", `${branch}.lock`)]);
  if ((await treeOfIndex(git)) === (await git.line(["rev-parse", `${to}^{tree}`]))) {
    // Files first, then the index, then the branch: only the last was missing.
    const message = "cluster: deliver";
    if (await swapRef(git, { ref: "HEAD", from, to, message })) return "delivered";
    return "elsewhere";
  }
  await undoFiles(git, root, from, to);
  return "undone";
}

/** `null` while something in it is not merged. */
async function treeOfIndex(git: Git): Promise<string | null> {
  const { exitCode, stdout } = await git.run(["write-tree"], { answers: [128] });
  return exitCode === 0 ? stdout.trim() : null;
}

/** Files that are, or begin, as the delivery wrote them are made again what the index has. */
async function undoFiles(git: Git, root: string, from: string, to: string): Promise<void> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--name-status", from, to];
  const parts = nulSeparated((await git.run(args)).stdout);
  const restored: string[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [kind, path] = [parts[index], text(parts[index + 1] as string)];
    const place = join(root, path);
    const entry = await lstat(place).catch(() => undefined);
    if (kind === "A") {
      if (entry?.isFile() && (await isOurs(git, place, path, to))) await rm(place);
    } else if (entry === undefined || (entry.isFile() && kind !== "D")) {
      const ours = entry === undefined || (await isOurs(git, place, path, to));
      if (ours) restored.push(`${path}\0`);
    }
  }
  if (restored.length === 0) return;
  const input = restored.join("");
  await git.run(["checkout-index", "--force", "-z", "--stdin"], { input });
}

async function isOurs(git: Git, place: string, path: string, to: string): Promise<boolean> {
  const { stdout } = await git.run(["cat-file", "--filters", `${to}:${path}`]);
  const written = Buffer.from(stdout, "latin1");
  const found = await readFile(place);
  return found.length <= written.length && found.equals(written.subarray(0, found.length));
}
