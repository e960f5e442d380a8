import { lstat, readFile, readlink, rm, rmdir } from "node:fs/promises";
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

/** One path that the delivery writes or removes. Paths are bytes: not all of them are UTF-8. */
interface Written {
  /** As git tells it, each byte a character. */
  readonly path: string;
  readonly place: Buffer;
  readonly kind: string;
  readonly mode: string;
  readonly blob: string;
}

/** Files that are, or begin, as the delivery wrote them are made again what the index has. */
async function undoFiles(git: Git, root: string, from: string, to: string): Promise<void> {
  const written = await writtenBetween(git, root, from, to);
  // First what was added: it may stand where a folder was, or have made one where a file was.
  for (const added of written.filter(({ kind }) => kind === "A")) {
    if (!(await isOurs(git, added))) continue;
    await rm(added.place);
    await removeEmptyAbove(root, added.path);
  }
  const restored: string[] = [];
  for (const one of written.filter(({ kind }) => kind !== "A")) {
    const there = await lstat(one.place).catch(() => undefined);
    const ours = there === undefined || (one.kind !== "D" && (await isOurs(git, one)));
    if (ours) restored.push(`${one.path}\0`);
  }
  if (restored.length === 0) return;
  const input = Buffer.from(restored.join(""), "latin1");
  await git.run(["checkout-index", "--force", "-z", "--stdin"], { input });
}

async function writtenBetween(
  git: Git,
  root: string,
  from: string,
  to: string,
): Promise<readonly Written[]> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--raw", from, to];
  const parts = nulSeparated((await git.run(args)).stdout);
  const written: Written[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [, mode = "", , blob = "", kind = ""] = (parts[index] as string).split(" ");
    const path = parts[index + 1] as string;
    written.push({ path, place: placeOf(root, path), kind, mode, blob });
  }
  return written;
}

function placeOf(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
}

async function isOurs(git: Git, { place, path, mode, blob }: Written): Promise<boolean> {
  const entry = await lstat(place).catch(() => undefined);
  if (mode === "120000") {
    return (
      entry?.isSymbolicLink() === true && (await readlink(place)) === text(await read(git, blob))
    );
  }
  if (entry?.isFile() !== true) return false;
  const written = Buffer.from(await read(git, blob, path), "latin1");
  const found = await readFile(place);
  if (found.length === 0 && written.length > 0) return neverWritten(place);
  return found.length <= written.length && found.equals(written.subarray(0, found.length));
}

/** Git writes into a file that it has just made; a user who empties one writes to it. */
async function neverWritten(place: Buffer): Promise<boolean> {
  const { birthtimeNs, mtimeNs } = await lstat(place, { bigint: true });
  return birthtimeNs === mtimeNs;
}

/** What a blob is in the work tree at a path, where git can be told that path. */
async function read(git: Git, blob: string, path?: string): Promise<string> {
  const named = path !== undefined && Buffer.from(text(path)).equals(Buffer.from(path, "latin1"));
  const how = named ? ["--filters", `--path=${text(path)}`] : ["blob"];
  return (await git.run(["cat-file", ...how, blob])).stdout;
}

async function removeEmptyAbove(root: string, path: string): Promise<void> {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const removed = await rmdir(placeOf(root, path.slice(0, end))).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}
