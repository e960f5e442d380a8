import { readFile } from "node:fs/promises";

/**
 * Bytes that a process shares with no other one. What was there before a fork and was not written to
 * since counts for nobody. `null` when that cannot be told: not on Linux, or the process is gone.
 */
export async function privateMemory(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
  const sizes = [...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)];
  if (sizes.length === 0) return null;
  return sizes.reduce((sum, [, size]) => sum + Number(size) * 1024, 0);
}
