import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { inFreshProcess } from "../measure/fresh-process.ts";
import type { Benchmark, Reading, Round, Way } from "../runner/benchmark.ts";
import type { LiveSetting } from "./live.ts";

const PROCESS = "durable for the process, 100,000 tasks";
const POWER = "durable for a loss of power, 2,000 tasks";

const of = (round: Round, way: string, quantity: string): number =>
  round[way]?.[quantity] ?? Number.NaN;

/** What a transition costs, and what a long journal does. */
export const journal: Benchmark = {
  name: "journal",
  title: "The journal of a run",
  about:
    "In a fresh process: tasks are planned in one transaction, then opened, committed and landed, 20 of them in " +
    "flight; each step is durable before the next. Then the journal is opened again (400,000 rows for 100,000 tasks), " +
    "each row of it checked.",
  quantities: {
    us: { label: "a transition, µs", digits: 0 },
    cpuUs: { label: "CPU of that, µs", digits: 0 },
    planMs: { label: "planning all, ms", digits: 0 },
    openMs: { label: "opening, ms", digits: 0 },
    openCpuMs: { label: "CPU of that, ms", digits: 0 },
    tallyMs: { label: "counting outcomes, ms", digits: 0 },
    grownMiB: { label: "memory grown by the second half of them, MiB", digits: 1 },
    sizeMiB: { label: "size on the disk, MiB", digits: 0 },
  },
  claims: [
    {
      what: "opening 400,000 rows, each checked: CPU",
      unit: "ms",
      digits: 0,
      bar: { atMost: 600 },
      of: (round) => of(round, PROCESS, "openCpuMs"),
    },
    {
      what: "growth of memory by 150,000 more transitions",
      unit: "MiB",
      digits: 1,
      bar: { atMost: 16 },
      of: (round) => of(round, PROCESS, "grownMiB"),
    },
  ],
  onlyByName: true,
  rounds: 3,
  warmUps: 0,
  async prepare(scale) {
    const folder = await temporaryFolder();
    const program = new URL("./live.ts", import.meta.url);
    let made = 0;
    const way = (name: string, durability: LiveSetting["durability"], tasks: number): Way => ({
      name,
      async measure() {
        made += 1;
        const path = join(folder.path, `${made}.sqlite`);
        const setting = { path, durability, tasks: scale === "full" ? tasks : 20, workers: 20 };
        return (await inFreshProcess(program, setting satisfies LiveSetting)) as Reading;
      },
    });
    return {
      ways: [way(PROCESS, "process", 100_000), way(POWER, "power", 2_000)],
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
};
