import { inFreshProcess } from "../measure/fresh-process.ts";
import type { Benchmark, Reading } from "../runner/benchmark.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const FLOOD = "a turn of the pool";

/** What becomes of the parent when a tool prints without end. */
export const flood: Benchmark = {
  name: "flood",
  title: "1 GiB of output against a limit of 1 MiB",
  about:
    "In a fresh process: after one ordinary turn, a tool answers with 1 GiB. The turn is rejected with " +
    "TURN_OUTPUT_LIMIT, the process replaced, and the next turn is served. Growth is the highest memory " +
    "of the parent, less what it held before.",
  quantities: {
    growthMiB: { label: "growth of the parent, MiB", digits: 1 },
    refusedMs: { label: "until the turn was rejected, ms", digits: 1 },
  },
  claims: [
    {
      what: "1 GiB of output against a limit of 1 MiB: growth of the parent",
      unit: "MiB",
      digits: 1,
      bar: { atMost: 16 },
      of: (round) => round[FLOOD]?.growthMiB ?? Number.NaN,
    },
  ],
  warmUps: 0,
  async prepare(scale) {
    const setting = { bytes: scale === "full" ? GIB : 8 * MIB, limit: MIB };
    const program = new URL("./parent.ts", import.meta.url);
    return {
      ways: [
        { name: FLOOD, measure: async () => (await inFreshProcess(program, setting)) as Reading },
      ],
      async [Symbol.asyncDispose]() {},
    };
  },
};
