import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { stepsInTurn } from "../model/index.ts";
import type { Cell } from "./cell.ts";

/** On a machine that is busy an end may take as long. */
const SOON_MS = 1_000;

/** It asks nobody but its model: not for updates, not to tell what it is used for. */
export const staysAtHome: Cell = {
  name: "leaves the machine alone",
  async run({ door, model }) {
    assert.deepEqual(door.attempts, [], "what it wanted beyond loopback");
    const others = new Set(model.others);
    return others.size === 0 ? "asked only its model" : `also asked ${[...others].join(", ")}`;
  },
};

/**
 * When it is told to go it goes, in the midst of a conversation too: an end that takes longer than a start
 * waits for something, and so does whoever replaces the agent after each task.
 */
export const goes: Cell = {
  name: "goes when it is told to",
  async run({ model, run, end: shutdown, startMs }) {
    model.setScript(stepsInTurn({ text: "Here I am." }));
    await run({ message: "Are you there?" }, { release: "keep" });
    const began = performance.now();
    await shutdown();
    const took = Math.round(performance.now() - began);
    const start = Math.round(startMs());
    assert.ok(
      took < Math.max(start, SOON_MS),
      `its start took ${start} ms, and its end ${took} ms`,
    );
    return `in ${took} ms`;
  },
};

/** All that it has started goes with it. */
export const end: Cell = {
  name: "leaves no process",
  async run({ end: shutdown, home }) {
    await shutdown();
    const left = await processesAt(home);
    assert.deepEqual(left, []);
    return process.platform === "linux" ? "none left" : "not looked for on this system";
  },
};

/** Whatever has the private home in its environment. */
async function processesAt(home: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!environment.includes(home)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    found.push(`${pid} ${command.replaceAll("\0", " ")}`);
  }
  return found;
}
