import { execFileSync, spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

/** A folder on a disk that is soon full. */
export interface SmallDisk extends Disposable {
  readonly path: string;
}

/**
 * Makes an empty folder a disk of 16 KiB. Where that is not allowed (it takes a superuser), the named
 * file in it is one that never has room.
 */
export function smallDisk(folder: string, file: string): SmallDisk {
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", folder]);
  if (mount.status !== 0) symlinkSync("/dev/full", join(folder, file));
  return {
    path: folder,
    [Symbol.dispose]() {
      if (mount.status === 0) execFileSync("umount", ["--lazy", folder]);
    },
  };
}
