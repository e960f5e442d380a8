import { readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { removeFolder } from "../workspace/folder.ts";

/** A worktree of a run's dead process: its folder, git's record of it, or both. */
export interface LeftWorktree {
  /** Where its folder is or was. */
  readonly path: string;
  readonly folderExists: boolean;
  /** Git's own folder for it. */
  readonly record: string | null;
}

/** How long a record may be without its place until it counts as one that nobody is making. */
const UNFINISHED_MS = 1_000;

/** Everything that is left in a run's folder, and every record that points into it. */
export async function leftWorktrees(commonDir: string, folder: string): Promise<LeftWorktree[]> {
  const records = await recordsBelow(commonDir, folder);
  const names = await readdir(folder).catch(() => []);
  const paths = new Set([...names.map((name) => join(folder, name)), ...records.keys()]);
  const found = [...paths].map(async (path) => ({
    path,
    folderExists: await isFolder(path),
    record: records.get(path) ?? null,
  }));
  const byPath = new Intl.Collator("en", { numeric: true });
  return (await Promise.all(found)).sort((a, b) => byPath.compare(a.path, b.path));
}

/** Git's records by the worktree that they point to. */
async function recordsBelow(commonDir: string, folder: string): Promise<Map<string, string>> {
  const all = join(commonDir, "worktrees");
  const records = new Map<string, string>();
  for (const name of await readdir(all).catch(() => [])) {
    const record = join(all, name);
    const pointer = await readPointer(record);
    if (pointer === "") continue;
    const path = dirname(resolve(record, pointer));
    if (dirname(path) === folder || (await isOfMoved(path, folder))) records.set(path, record);
  }
  return records;
}

/**
 * Whether a worktree is of the same run, made when the repository was elsewhere: that is what the folder is
 * named after. Where it belongs to a repository that is still there, this one is a copy of that.
 */
async function isOfMoved(path: string, folder: string): Promise<boolean> {
  const made = dirname(path);
  const isSameRun =
    basename(made) === basename(folder) && dirname(dirname(made)) === dirname(dirname(folder));
  if (!isSameRun) return false;
  const pointer = await readFile(join(path, ".git"), "utf8").catch(() => "");
  const owner = pointer.replace(/^gitdir: /, "").replace(/\n$/, "");
  return !(await isFolder(owner));
}

async function readPointer(record: string): Promise<string> {
  return (await readFile(join(record, "gitdir"), "utf8").catch(() => "")).replace(/\n$/, "");
}

/**
 * Removes records that a killed git left without their place: named as ours are, marked by git as being
 * made or half removed, and made by nobody. With one of them git makes and lists no worktree any more.
 */
export async function removeUnfinishedRecords(commonDir: string): Promise<void> {
  const all = join(commonDir, "worktrees");
  const names = (await readdir(all).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const unfinished = async (): Promise<string[]> => {
    const found = names.map(async (name) => {
      const record = join(all, name);
      if ((await readPointer(record)) !== "" || !(await isFolder(record))) return [];
      // It is the first file that git writes, and goes when all else is there.
      const reason = await readFile(join(record, "locked"), "utf8").catch(() => "initializing");
      return reason.startsWith("initializing") ? [record] : [];
    });
    return (await Promise.all(found)).flat();
  };
  if ((await unfinished()).length === 0) return;
  await wait(UNFINISHED_MS);
  for (const record of await unfinished()) await removeRecord(record);
}

/** Removes a worktree and git's record of it, however much of either there is. */
export async function removeLeftWorktree({
  path,
  record,
}: Pick<LeftWorktree, "path" | "record">): Promise<void> {
  await removeFolder(path);
  if (record !== null) await removeRecord(record);
}

/** As `git worktree remove` does it, which refuses a record that is cut short. */
async function removeRecord(record: string): Promise<void> {
  await rm(record, { recursive: true, force: true });
  // Only when no other worktree has its record there.
  await rmdir(dirname(record)).catch(() => {});
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
