import { inFreshProcess } from "../measure/fresh-process.ts";
import type { Benchmark, Reading } from "../runner/benchmark.ts";

const IDLE = "never asked";
const SERVED = "after a turn each";

/** What an instance costs its parent while it does nothing. */
export const idleMemory: Benchmark = {
  name: "idle-memory",
  title: "500 idle instances",
  about:
    "In a fresh process: what it holds with 500 ready instances of `cat`, after garbage collection, " +
    "less what it holds with one, for each of the others.",
  quantities: {
    rssKiB: { label: "memory of the parent, KiB an instance", digits: 1 },
    heapKiB: { label: "of that on the JavaScript heap", digits: 1 },
  },
  claims: [
    {
      what: "500 idle instances: memory of the parent for each",
      unit: "KiB",
      digits: 1,
      bar: { atMost: 100 },
      of: (round) => round[IDLE]?.rssKiB ?? Number.NaN,
    },
    {
      what: "the same after a turn each",
      unit: "KiB",
      digits: 1,
      bar: { atMost: 100 },
      of: (round) => round[SERVED]?.rssKiB ?? Number.NaN,
    },
  ],
  warmUps: 0,
  async prepare(scale) {
    const program = new URL("./parent.ts", import.meta.url);
    const size = scale === "full" ? 500 : 3;
    const measure = async (turns: boolean): Promise<Reading> =>
      (await inFreshProcess(program, { size, turns })) as Reading;
    return {
      ways: [
        { name: IDLE, measure: () => measure(false) },
        { name: SERVED, measure: () => measure(true) },
      ],
      async [Symbol.asyncDispose]() {},
    };
  },
};
