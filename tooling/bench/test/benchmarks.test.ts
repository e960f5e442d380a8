import { describe, expect, test } from "vitest";
import { BENCHMARKS } from "../src/benchmarks.ts";
import { summarise } from "../src/runner/result.ts";
import { runRounds } from "../src/runner/run-rounds.ts";

// How fast anything is here says nothing: only that it runs, and that every column has a figure.
describe("in its smallest form", () => {
  const own = BENCHMARKS.filter(({ onlyByName }) => onlyByName !== true);
  test.each(own)("$name runs and reports what it promises", async (benchmark) => {
    const result = summarise(benchmark, await runRounds(benchmark, { scale: "tiny" }));
    expect(Object.keys(result.ways)).not.toEqual([]);
    const reported = Object.values(result.ways).flatMap(Object.keys);
    expect(new Set(reported)).toEqual(new Set(Object.keys(benchmark.quantities)));
    const figures = Object.values(result.ways).flatMap((way) => Object.values(way));
    for (const figure of [...figures, ...result.claims.map(({ measured }) => measured)]) {
      expect(figure.median).toEqual(expect.any(Number));
      expect(figure.median).not.toBeNaN();
    }
  });
});
