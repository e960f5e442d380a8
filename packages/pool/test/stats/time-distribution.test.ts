import fc from "fast-check";
import { expect, test } from "vitest";
import { TimeDistribution } from "../../src/stats/time-distribution.ts";

test("says nothing of nothing", () => {
  expect(new TimeDistribution().summary()).toEqual({
    count: 0,
    min: 0,
    mean: 0,
    p50: 0,
    p90: 0,
    p95: 0,
    p99: 0,
    p99_9: 0,
    max: 0,
  });
});

test("is as a sorted list would tell, within 0.1 % or a microsecond", () => {
  const times = fc.array(fc.double({ min: 0, max: 10_000_000, noNaN: true }), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(
    fc.property(times, (all) => {
      const distribution = new TimeDistribution();
      for (const time of all) distribution.record(time);
      const sorted = [...all].sort((one, other) => one - other);
      const { count, min, mean, max, ...percentiles } = distribution.summary();
      expect([count, min, max]).toEqual([all.length, sorted[0], sorted.at(-1)]);
      expect(mean).toBeCloseTo(all.reduce((sum, time) => sum + time, 0) / all.length, 5);
      const ranks = [50, 90, 95, 99, 99.9];
      for (const [index, found] of Object.values(percentiles).entries()) {
        const rank = Math.ceil(((ranks[index] ?? 0) / 100) * all.length) - 1;
        // Definitions of a percentile differ by one place.
        const [low, high] = [rank - 1, rank + 1].map(
          (place) => sorted[Math.min(all.length - 1, Math.max(0, place))] ?? 0,
        ) as [number, number];
        expect(found).toBeGreaterThanOrEqual(low * 0.999 - 0.0015);
        expect(found).toBeLessThanOrEqual(high * 1.001 + 0.0015);
      }
    }),
    { numRuns: 200 },
  );
});

test("takes a time of more than a day, and one of nothing", () => {
  const distribution = new TimeDistribution();
  distribution.record(0);
  distribution.record(1e12);
  expect(distribution.summary()).toMatchObject({ count: 2, min: 0, max: 1e12 });
});
