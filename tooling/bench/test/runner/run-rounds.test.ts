import { describe, expect, test } from "vitest";
import type { Benchmark, Setup } from "../../src/runner/benchmark.ts";
import { toMarkdown } from "../../src/runner/markdown.ts";
import { summarise } from "../../src/runner/result.ts";
import { runRounds } from "../../src/runner/run-rounds.ts";

/** Two ways that take what they are told, one value after the other, and write down who was asked. */
function scripted(
  values: { readonly ours: number[]; readonly theirs: number[] },
  more: Partial<Benchmark> = {},
): { readonly benchmark: Benchmark; readonly asked: string[]; readonly ended: () => boolean } {
  const asked: string[] = [];
  let ended = false;
  const way = (name: "ours" | "theirs") => ({
    name,
    measure: async () => {
      asked.push(name);
      const ms = values[name].shift();
      if (ms === undefined) throw new Error(`${name} was asked too often`);
      return { ms };
    },
  });
  const benchmark: Benchmark = {
    name: "scripted",
    title: "A scripted one",
    about: "Two lists.",
    quantities: { ms: { label: "ms", digits: 1 } },
    claims: [
      {
        what: "ours against theirs",
        unit: "times",
        digits: 2,
        bar: { atMost: 1 },
        of: ({ ours, theirs }) => (ours?.ms ?? Number.NaN) / (theirs?.ms ?? Number.NaN),
      },
    ],
    prepare: async (): Promise<Setup> => ({
      ways: [way("ours"), way("theirs")],
      async [Symbol.asyncDispose]() {
        ended = true;
      },
    }),
    ...more,
  };
  return { benchmark, asked, ended: () => ended };
}

describe("a benchmark", () => {
  test("measures its ways in turn, and lets each be first as often", async () => {
    const { benchmark, asked } = scripted(
      { ours: [1, 1, 1, 1], theirs: [2, 2, 2, 2] },
      { warmUps: 0, rounds: 4 },
    );
    await runRounds(benchmark, { scale: "full" });
    const pairs = [0, 2, 4, 6].map((at) => asked.slice(at, at + 2).toSorted());
    expect(pairs).toEqual(Array(4).fill(["ours", "theirs"]));
    expect([0, 2, 4, 6].filter((at) => asked[at] === "ours")).toHaveLength(2);
  });

  test("does not count its warm-up rounds", async () => {
    const { benchmark } = scripted({ ours: [99, 1, 2], theirs: [99, 3, 4] }, { rounds: 2 });
    const rounds = await runRounds(benchmark, { scale: "full" });
    expect(rounds).toEqual([
      { ours: { ms: 1 }, theirs: { ms: 3 } },
      { ours: { ms: 2 }, theirs: { ms: 4 } },
    ]);
  });

  test("takes the middle one of a round's slices", async () => {
    const { benchmark } = scripted(
      { ours: [1, 100, 2], theirs: [4, 5, 6] },
      { warmUps: 0, rounds: 1, slices: 3 },
    );
    const rounds = await runRounds(benchmark, { scale: "full" });
    expect(rounds).toEqual([{ ours: { ms: 2 }, theirs: { ms: 5 } }]);
  });

  test("ends what it started when a way gives a wrong result", async () => {
    const { benchmark, ended } = scripted({ ours: [], theirs: [] });
    await expect(runRounds(benchmark, { scale: "tiny" })).rejects.toThrow("asked too often");
    expect(ended()).toBe(true);
  });
});

describe("a claim", () => {
  test("is judged by the median of the ratios of each round, with their spread", async () => {
    const { benchmark } = scripted(
      { ours: [1, 3, 9], theirs: [2, 4, 6] },
      { warmUps: 0, rounds: 3 },
    );
    const result = summarise(benchmark, await runRounds(benchmark, { scale: "full" }));
    expect(result.claims).toMatchObject([
      { measured: { min: 0.5, median: 0.75, max: 1.5 }, holds: true },
    ]);
    expect(toMarkdown("a machine", [{ benchmark, result }])).toContain(
      "| ours against theirs | 0.75 (0.50 to 1.50) times | at most 1 times | holds | `pnpm bench scripted` |",
    );
  });

  test("that its median does not bear out falls short", async () => {
    const { benchmark } = scripted({ ours: [5], theirs: [4] }, { warmUps: 0, rounds: 1 });
    const result = summarise(benchmark, await runRounds(benchmark, { scale: "full" }));
    expect(result.claims).toMatchObject([{ holds: false }]);
    expect(toMarkdown("a machine", [{ benchmark, result }])).toContain("**falls short**");
  });
});
