import { sampleRepository, temporaryFolder } from "@cluster/testkit";
import { inFreshProcess } from "../measure/fresh-process.ts";
import type { Benchmark, Reading, Round } from "../runner/benchmark.ts";
import type { BeginSetting } from "./begin.ts";

const START = "startRun";
const RESUME = "resumeRun, half of it done";
const STATUS = "a look at it from another process";

const ms = (round: Round, way: string): number => round[way]?.ms ?? Number.NaN;

/** What the memory of a large run costs. */
export const resume: Benchmark = {
  name: "resume",
  title: "A run of 100,000 tasks",
  about:
    "Each in a fresh process, on one journal in SQLite: from the call to the first attempt, once with all " +
    "tasks to be planned, once with half of them done (260,000 rows, each checked). A look opens the journal " +
    "and gives the counts of all outcomes and what was spent.",
  quantities: {
    ms: { label: "ms", digits: 0 },
    rssMiB: { label: "memory of the process then, MiB", digits: 0 },
  },
  claims: [
    {
      what: "100,000 tasks, first dispatch of a resumed run, beyond that of a new one",
      unit: "ms",
      digits: 0,
      bar: { atMost: 1_000 },
      of: (round) => ms(round, RESUME) - ms(round, START),
    },
    {
      what: "status of a run of 100,000 tasks",
      unit: "ms",
      digits: 0,
      bar: { atMost: 200 },
      of: (round) => ms(round, STATUS),
    },
  ],
  onlyByName: true,
  warmUps: 0,
  async prepare(scale) {
    const repository = await sampleRepository({ files: { "a.txt": "a\n" } });
    const state = await temporaryFolder();
    const program = new URL("./begin.ts", import.meta.url);
    const tasks = scale === "full" ? 100_000 : 20;
    const run = async (what: BeginSetting["what"]): Promise<Reading> => {
      const setting = { what, repository: repository.path, state: state.path, tasks };
      return (await inFreshProcess(program, setting)) as Reading;
    };
    await run("seed");
    return {
      ways: [
        { name: START, measure: () => run("start") },
        { name: RESUME, measure: () => run("resume") },
        { name: STATUS, measure: () => run("status") },
      ],
      async [Symbol.asyncDispose]() {
        await Promise.all([repository[Symbol.asyncDispose](), state[Symbol.asyncDispose]()]);
      },
    };
  },
};
