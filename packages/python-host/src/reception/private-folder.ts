import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeStaleFolders } from "./stale-folders.ts";

/** A socket's path has 104 bytes on macOS and 108 on Linux, its end included. */
const MAX_PATH_BYTES = 103;
const PREFIX = "python-host-";

const folders = new Set<string>();

/** A new folder that only this user can enter; gone with this program, unless that is killed. */
export async function makePrivateFolder(): Promise<string> {
  const door = join(tmpdir(), `${PREFIX}XXXXXX`, "s");
  const parent = Buffer.byteLength(door) <= MAX_PATH_BYTES ? tmpdir() : "/tmp";
  void removeStaleFolders(parent, PREFIX);
  // mkdtemp gives its folders the mode 0700.
  const folder = await mkdtemp(join(parent, PREFIX));
  if (folders.size === 0) process.on("exit", removeAll);
  folders.add(folder);
  return folder;
}

export async function removePrivateFolder(folder: string): Promise<void> {
  folders.delete(folder);
  if (folders.size === 0) process.off("exit", removeAll);
  await rm(folder, { recursive: true, force: true });
}

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
