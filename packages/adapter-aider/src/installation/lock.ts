import { open, readFile, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning } from "./is-running.ts";

const POLL_MS = 200;

/**
 * Runs `work` while no other process holds the lock, which is a file with its holder's pid. The lock
 * of a process that is gone is taken over. It spares work and is no proof: two that take over at the
 * same moment may both run, so `work` must bear that.
 */
export async function withLock<Value>(
  file: string,
  work: () => Promise<Value>,
  { signal, onWait }: { readonly signal?: AbortSignal; readonly onWait?: () => void } = {},
): Promise<Value> {
  let told = false;
  while (!(await take(file))) {
    signal?.throwIfAborted();
    if (!told) onWait?.();
    told = true;
    await delay(POLL_MS, undefined, signal ? { signal } : {});
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx");
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  // An empty file is one that its holder is about to fill.
  if (holder > 0 && holder !== process.pid && !isRunning(holder)) await rm(file, { force: true });
  return false;
}
