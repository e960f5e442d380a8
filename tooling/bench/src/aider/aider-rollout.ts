import { findAider } from "@cluster/adapter-aider";
import { startStandInModel } from "@cluster/testkit";
import { withCluster } from "../rollout/rollout.ts";
import type { Benchmark, Reading, Round, Way } from "../runner/benchmark.ts";

const FILES = 218;
const LATENCY_MS = 1_000;

interface Case {
  readonly workers: number;
  readonly context: "fresh" | "reset";
}

const FRESH: Case = { workers: 5, context: "fresh" };
const CASES: readonly Case[] = [
  FRESH,
  { workers: 5, context: "reset" },
  { workers: 20, context: "fresh" },
];

function nameOf({ workers, context }: Case): string {
  const how = context === "fresh" ? "a fresh process for each task" : "the same processes";
  return `cluster run -w ${workers}, ${how}`;
}

const ofIdeal = (which: Case) => (round: Round) => round[nameOf(which)]?.ofIdeal ?? Number.NaN;

/** Many files with few workers, each with a brand-new aider, against the model's own time. */
export const aiderRollout: Benchmark = {
  name: "aider-rollout",
  title: `${FILES} files with real aider`,
  about:
    `\`cluster run\` over ${FILES} files, a stand-in model that takes ${LATENCY_MS} ms for each answer. It ` +
    "begins when all workers are ready, the fork server with them, and ends with the report: everything " +
    "landed and delivered, processes and worktrees gone. The ideal is the model's time alone: as many " +
    "rounds as the workers need, of one answer each. CPU is of everything: aider, git, cluster.",
  quantities: {
    seconds: { label: "once ready, s", digits: 1 },
    ofIdeal: { label: "of the ideal", digits: 3 },
    cpuMs: { label: "CPU a file, ms", digits: 0 },
    mostCalls: { label: "most calls at once", digits: 0 },
    readySeconds: { label: "until ready, s", digits: 1 },
  },
  claims: [
    {
      what: `${FILES} files, 1 s model, 5 workers, a fresh process for each, landed, against the ideal`,
      unit: "of it",
      digits: 3,
      bar: { atLeast: 0.9 },
      of: ofIdeal(FRESH),
    },
  ],
  onlyByName: true,
  async prepare(scale) {
    const aider = await findAider();
    if (!aider.found) throw new Error(`This benchmark needs aider: ${aider.reason}`);
    const latencyMs = scale === "full" ? LATENCY_MS : 10;
    const files = scale === "full" ? FILES : 10;
    const model = await startStandInModel({ latencyMs });
    const ways: readonly Way[] = CASES.map((one) => ({
      name: nameOf(one),
      async measure(): Promise<Reading> {
        const found = await withCluster({ ...one, aider: aider.executable, model }, files);
        const { warmSeconds, wallSeconds, cpuSeconds, edited, mostCallsAtOnce } = found;
        if (warmSeconds === null || edited !== files) {
          throw new Error(`${nameOf(one)} has edited ${edited} of ${files} files.`);
        }
        const ideal = (Math.ceil(files / one.workers) * latencyMs) / 1_000;
        return {
          seconds: warmSeconds,
          ofIdeal: ideal / warmSeconds,
          cpuMs: (cpuSeconds / files) * 1_000,
          mostCalls: mostCallsAtOnce,
          readySeconds: wallSeconds - warmSeconds,
        };
      },
    }));
    return { ways, [Symbol.asyncDispose]: () => model.close() };
  },
};
