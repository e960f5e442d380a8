import { lstat, readdir, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Between two looks: a living git has moved on by then. */
const LOOK_AGAIN_MS = 100;

/**
 * Removes lock files that nobody holds any more: no process has them open, and nothing happens to them.
 * Only for locks that a process is known to have left that was killed.
 *
 * @returns Those that were removed.
 */
export async function removeDeadLocks(paths: readonly string[]): Promise<readonly string[]> {
  const before = await Promise.all(paths.map(identityOf));
  if (before.every((found) => found === null)) return [];
  await wait(LOOK_AGAIN_MS);
  const open = await openFiles();
  const removed: string[] = [];
  for (const [index, path] of paths.entries()) {
    const same = before[index] !== null && (await identityOf(path)) === before[index];
    if (!same || open.has(path)) continue;
    await rm(path, { force: true });
    removed.push(path);
  }
  return removed;
}

async function identityOf(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() ? `${found.ino} ${found.mtimeMs} ${found.size}` : null;
}

/** What the processes of this user have open, as far as the system tells. */
async function openFiles(): Promise<Set<string>> {
  const names = await readdir("/proc").catch(() => []);
  const open = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(openBy));
  return new Set(open.flat());
}

async function openBy(pid: string): Promise<readonly string[]> {
  const folder = join("/proc", pid, "fd");
  const descriptors = await readdir(folder).catch(() => []);
  return Promise.all(descriptors.map((name) => readlink(join(folder, name)).catch(() => "")));
}
