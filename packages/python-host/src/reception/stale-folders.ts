import { readdir, rm, stat } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";

/** One that is younger may not have its door yet. */
const MIN_AGE_MS = 60_000;

/** Removes what programs of this user that were killed have left behind: folders whose door nobody minds. */
export async function removeStaleFolders(parent: string, prefix: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const folder = join(parent, name);
    const found = await stat(folder).catch(() => null);
    if (!found?.isDirectory() || found.uid !== process.getuid?.()) continue;
    if (Date.now() - found.mtimeMs < MIN_AGE_MS) continue;
    if (await isMinded(join(folder, "s"))) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => {});
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
