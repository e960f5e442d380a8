import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A socket's path has 104 bytes on macOS and 108 on Linux, its end included. */
const MAX_PATH_BYTES = 103;
const NAME = "python-host-XXXXXX/s";

const folders = new Set<string>();

/** A new folder that only this user can enter; gone with this program, unless that is killed. */
export async function makePrivateFolder(): Promise<string> {
  const fits = Buffer.byteLength(join(tmpdir(), NAME)) <= MAX_PATH_BYTES;
  // mkdtemp gives its folders the mode 0700.
  const folder = await mkdtemp(join(fits ? tmpdir() : "/tmp", "python-host-"));
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
