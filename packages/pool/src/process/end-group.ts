import { setTimeout as delay } from "node:timers/promises";
import type { ToolProcess } from "../contract/process-host.ts";

const TRIES = 20;
const PAUSE_MS = 5;

/**
 * Kills whatever an ended process left in its group, and waits until that is gone: a signal is on its
 * way when kill() returns, and what it is for is not dead yet. Zombies that nobody reaps stay in a
 * group for ever, so the wait is short.
 */
export async function endGroup(process: ToolProcess): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (!process.kill("SIGKILL", "group")) return;
    await delay(PAUSE_MS);
  }
}
