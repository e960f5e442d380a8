import { fileURLToPath } from "node:url";
import { createPool, jsonLinesProtocol } from "@cluster/pool";
import type { Benchmark, Reading } from "../runner/benchmark.ts";
import { BareLoop } from "./bare-loop.ts";

const worker = fileURLToPath(new URL("./worker.mjs", import.meta.url));
const POOL = "a turn of the pool";
const BARE = "a bare loop";

/** One JSON-lines turn on a warm instance, beside a loop that has nothing but the two pipes. */
export const turn: Benchmark = {
  name: "turn",
  title: "A JSON-lines turn on a warm instance",
  about:
    "One after the other to a Node child that sends a small value back. The bare loop writes and " +
    "reads the same lines to a child of the same program, and does nothing else.",
  quantities: {
    meanUs: { label: "a turn, µs", digits: 1 },
    medianUs: { label: "the middle one, µs", digits: 1 },
  },
  claims: [
    {
      what: "JSON-lines turn, against a bare stdio loop",
      unit: "times",
      digits: 2,
      bar: { atMost: 1.25 },
      of: (round) => (round[POOL]?.meanUs ?? Number.NaN) / (round[BARE]?.meanUs ?? Number.NaN),
    },
  ],
  slices: 12,
  async prepare(scale) {
    const turns = scale === "full" ? 1_000 : 20;
    const pool = createPool<unknown, unknown>({
      adapter: {
        name: "worker",
        command: () => ({ file: process.execPath, args: [worker] }),
        connect: jsonLinesProtocol(),
      },
    });
    const bare = new BareLoop(process.execPath, [worker]);
    await Promise.all([pool.ready(), bare.ready()]);
    return {
      ways: [
        { name: POOL, measure: () => inSequence(turns, (request) => pool.run(request)) },
        { name: BARE, measure: () => inSequence(turns, (request) => bare.run(request)) },
      ],
      async [Symbol.asyncDispose]() {
        await Promise.all([pool.shutdown(), bare[Symbol.asyncDispose]()]);
      },
    };
  },
};

async function inSequence(
  turns: number,
  run: (request: { readonly value: string }) => PromiseLike<unknown>,
): Promise<Reading> {
  const took: number[] = [];
  const began = performance.now();
  for (let number = 0; number < turns; number += 1) {
    const value = `line ${number}`;
    const at = performance.now();
    const answer = (await run({ value })) as { readonly value?: unknown } | null;
    took.push(performance.now() - at);
    if (answer?.value !== value) {
      throw new Error(`Expected ${value} to come back, found ${JSON.stringify(answer)}.`);
    }
  }
  const meanUs = ((performance.now() - began) / turns) * 1_000;
  return { meanUs, medianUs: (took.sort((a, b) => a - b)[turns >> 1] ?? Number.NaN) * 1_000 };
}
