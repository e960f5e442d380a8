// One process of the soak: does the rounds it is told to do, and says what came of each.
import { readdirSync } from "node:fs";
import { tally } from "../properties/model/commands/command.ts";
import { mixes } from "../properties/model/commands/mixes.ts";
import { explore } from "../properties/model/explore.ts";
import { MAX_COMMANDS, type Order, type Round, RUNS } from "./round.ts";

// ^C goes to the whole group; the parent decides when this ends.
process.on("SIGINT", () => {});

process.on("message", async ({ mix, seed }: Order) => {
  const began = performance.now();
  tally.clear();
  const commands = mixes[mix];
  const { failure } = await explore({ commands, runs: RUNS, maxCommands: MAX_COMMANDS, seed });
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const round: Round = {
    mix,
    seed,
    ms: performance.now() - began,
    steps: Object.fromEntries(tally),
    heapBytes: heapUsed,
    rssBytes: rss,
    descriptors: descriptors(),
    failure,
  };
  process.send?.(round);
});

function descriptors(): number | null {
  return process.platform === "linux" ? readdirSync("/proc/self/fd").length : null;
}
