import type { Benchmark, Reading } from "../runner/benchmark.ts";
import {
  jestWorkerProcesses,
  OURS,
  ours,
  oursOnStreams,
  type Task,
  tinypoolProcesses,
  type WorkerPool,
  workerpoolProcesses,
} from "./pools.ts";

const WORKERS = 5;
const OTHERS = ["workerpool, processes", "tinypool, processes", "jest-worker, processes"] as const;

/** Small tasks over five warm worker processes, beside the pools that people take for that. */
export const throughput: Benchmark = {
  name: "throughput",
  title: `Throughput of ${WORKERS} warm worker processes`,
  about:
    "The same small tasks, all handed over at once, each with a result of its own that is checked. " +
    "Every pool has five Node processes that run the same function. A worker of ours is a program; " +
    "the claim is for one that waits in read() for its next line. The others bring workers with an " +
    "event loop, so ours is measured with such a one too.",
  quantities: {
    perSecond: { label: "tasks a second", digits: 0 },
    microseconds: { label: "a task, µs", digits: 1 },
  },
  claims: OTHERS.map((other) => ({
    what: `throughput of ${WORKERS} warm workers, against ${other}`,
    unit: "times",
    digits: 2,
    bar: { atLeast: 1 },
    of: (round) => (round[OURS]?.perSecond ?? Number.NaN) / (round[other]?.perSecond ?? Number.NaN),
  })),
  slices: 6,
  async prepare(scale) {
    const tasks = makeTasks(scale === "full" ? 4_000 : 50);
    const pools = [
      ours,
      oursOnStreams,
      workerpoolProcesses,
      tinypoolProcesses,
      jestWorkerProcesses,
    ].map((make) => make(WORKERS));
    return {
      ways: pools.map((pool) => ({ name: pool.name, measure: () => runAll(pool, tasks) })),
      async [Symbol.asyncDispose]() {
        await Promise.all(pools.map((pool) => pool.end()));
      },
    };
  },
};

function makeTasks(count: number): readonly Task[] {
  return Array.from({ length: count }, (_, number) => ({ text: `task ${number}`, factor: number }));
}

async function runAll(pool: WorkerPool, tasks: readonly Task[]): Promise<Reading> {
  const began = performance.now();
  const results = await Promise.all(tasks.map((task) => pool.run(task)));
  const milliseconds = performance.now() - began;
  for (const [at, { text, factor }] of tasks.entries()) {
    const expected = JSON.stringify({ text: text.toUpperCase(), product: text.length * factor });
    if (JSON.stringify(results[at]) === expected) continue;
    throw new Error(`${pool.name} answered ${JSON.stringify(results[at])} for ${expected}.`);
  }
  return {
    perSecond: (tasks.length / milliseconds) * 1_000,
    microseconds: (milliseconds / tasks.length) * 1_000,
  };
}
