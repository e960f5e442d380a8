import { setTimeout as delay } from "node:timers/promises";
import type { ToolProcess } from "../contract/process-host.ts";
import { deadGroups } from "./dead-groups.ts";

const TRIES = 20;
const PAUSE_MS = 5;

/**
 * Kills whatever an ended process left in its group, and waits until that is dead: a signal is on its
 * way when kill() returns. Zombies stay in a group until somebody reaps them, which an init may take
 * seconds for, or never do; where there is no /proc to tell them by, the wait is short.
 */
export async function endGroup(process: ToolProcess): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (!process.kill("SIGKILL", "group")) return;
    if ((await deadGroups()).has(process.pid)) return;
    await delay(PAUSE_MS);
  }
}
