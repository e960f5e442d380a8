import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";

/** One that is younger may not have its door yet. */
const MIN_AGE_MS = 60_000;
/** What mkdtemp appends to a prefix. */
const MADE_UP = /^[A-Za-z0-9]{6}$/;

/**
 * Removes what programs of this user that were killed have left behind: folders whose door nobody minds.
 * One with anything else in it is somebody's, and stays.
 */
export async function removeStaleFolders(parent: string, prefix: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || !MADE_UP.test(name.slice(prefix.length))) continue;
    const folder = join(parent, name);
    const found = await lstat(folder).catch(() => null);
    if (!found?.isDirectory() || found.uid !== process.getuid?.()) continue;
    if (Date.now() - found.mtimeMs < MIN_AGE_MS) continue;
    const inside = await readdir(folder).catch(() => null);
    if (inside === null || inside.some((each) => each !== "s")) continue;
    const door = join(folder, "s");
    if (await isMinded(door)) continue;
    if ((await lstat(door).catch(() => null))?.isSocket()) await unlink(door).catch(() => {});
    // It goes only when it is empty.
    await rmdir(folder).catch(() => {});
  }
}

function isMinded(door: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(door);
    socket.unref();
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
    });
  });
}
