import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Bytes of memory that a process shares with no other one, as the operating system tells: on Linux
 * from /proc, elsewhere what it has in memory in all. Null when there is no such process any more.
 */
export async function privateMemory(pid: number): Promise<number | null> {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

async function fromProc(pid: number): Promise<number | null> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
  const parts = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)];
  // Empty for a process of somebody else (a tool that has changed its user), and for a zombie.
  if (parts.length === 0) return fromPs(pid);
  return parts.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
}

async function fromPs(pid: number): Promise<number | null> {
  try {
    const { stdout } = await run("ps", ["-o", "rss=", "-p", String(pid)]);
    return Number.parseInt(stdout, 10) * 1024 || null;
  } catch {
    return null;
  }
}
