import { fileURLToPath } from "node:url";
import { createPool, jsonLinesProtocol } from "@cluster/pool";
import type { Benchmark } from "../runner/benchmark.ts";

const MIB = 1024 ** 2;
const POOL = "a turn of the pool";

/** An answer that is one very long line. */
export const longLine: Benchmark = {
  name: "long-line",
  title: "One line of 64 MiB, with the limits raised",
  about:
    "From the request to the value that was parsed from the answer, a string of 64 Mi characters on " +
    "one line. The tool has the line ready; reading the pipe, cutting the line, decoding and " +
    "JSON.parse are all within.",
  quantities: { mbPerSecond: { label: "MB/s", digits: 0 }, ms: { label: "a turn, ms", digits: 0 } },
  claims: [
    {
      what: "one 64 MiB line with the limit raised",
      unit: "MB/s",
      digits: 0,
      bar: { atLeast: 250 },
      of: (round) => round[POOL]?.mbPerSecond ?? Number.NaN,
    },
  ],
  slices: 3,
  async prepare(scale) {
    const bytes = scale === "full" ? 64 * MIB : 256 * 1024;
    const limit = bytes + MIB;
    const pool = createPool<unknown, string>({
      adapter: {
        name: "long-line",
        command: () => ({
          file: process.execPath,
          args: [fileURLToPath(new URL("./tool.mjs", import.meta.url)), String(bytes)],
        }),
        connect: jsonLinesProtocol({ maxLineBytes: limit }),
      },
      maxTurnBytes: limit,
    });
    await pool.ready();
    return {
      ways: [
        {
          name: POOL,
          async measure() {
            const began = performance.now();
            const answer = await pool.run({});
            const ms = performance.now() - began;
            if (answer.length !== bytes) {
              throw new Error(`Expected ${bytes} characters, found ${answer.length}.`);
            }
            return { ms, mbPerSecond: bytes / 1_000 / ms };
          },
        },
      ],
      [Symbol.asyncDispose]: () => pool.shutdown(),
    };
  },
};
