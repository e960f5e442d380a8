// A program that meets a flood, and says what that did to its memory.
import { fileURLToPath } from "node:url";
import { createPool, jsonLinesProtocol, TurnAbortedError } from "@cluster/pool";
import { settingOf } from "../measure/fresh-process.ts";
import { peakMemory, settledMemory } from "../measure/memory.ts";

const { bytes, limit } = settingOf<{ readonly bytes: number; readonly limit: number }>();
const tool = fileURLToPath(new URL("./tool.mjs", import.meta.url));

await using pool = createPool<{ readonly bytes: number }, unknown>({
  adapter: {
    name: "flood",
    command: () => ({ file: process.execPath, args: [tool] }),
    connect: jsonLinesProtocol(),
  },
  maxTurnBytes: limit,
});
await pool.run({ bytes: 0 });
const before = await settledMemory();
const began = performance.now();
const error: unknown = await pool.run({ bytes }).catch((thrown: unknown) => thrown);
const refusedMs = performance.now() - began;
if (!(error instanceof TurnAbortedError) || error.code !== "TURN_OUTPUT_LIMIT") {
  throw new Error("Expected the turn to be rejected with TURN_OUTPUT_LIMIT.", { cause: error });
}
await pool.run({ bytes: 0 });
const growthMiB = Math.max(0, peakMemory() - before.rss) / 1024 ** 2;
console.log(JSON.stringify({ growthMiB, refusedMs }));
