import fc from "fast-check";
import { expect, test } from "vitest";
import { weighted } from "../../src/index.ts";
import { type Instance, idle } from "../arbitraries.ts";

function withWeights(weights: readonly (number | undefined)[]): Instance[] {
  return idle(weights.length).map((one, at) => {
    const weight = weights[at];
    return weight === undefined ? one : { ...one, weight };
  });
}

function shares(candidates: readonly Instance[], from: number, requests: number): number[] {
  const got = candidates.map(() => 0);
  for (let sequence = from; sequence < from + requests; sequence += 1) {
    const picked = weighted.pick(candidates, { sequence, attempt: 1 });
    if (picked !== null) got[picked.index] = (got[picked.index] ?? 0) + 1;
  }
  return got;
}

test("gives each its share over any stretch of requests, and no more than a few beside it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
      fc.nat(1_000_000),
      fc.integer({ min: 1, max: 400 }),
      (weights, from, requests) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        fc.pre(total > 0);
        const got = shares(withWeights(weights), from, requests);
        for (const [at, weight] of weights.entries()) {
          expect(Math.abs((got[at] ?? 0) - (requests * weight) / total)).toBeLessThanOrEqual(5);
        }
      },
    ),
  );
});

test("weighs 1 who has no weight, and treats all alike when nobody weighs anything", () => {
  const got = shares(withWeights([undefined, 3]), 0, 400);
  expect(Math.abs((got[0] ?? 0) - 100)).toBeLessThanOrEqual(5);
  const alike = shares(withWeights([0, 0, 0]), 0, 300);
  for (const count of alike) expect(Math.abs(count - 100)).toBeLessThanOrEqual(5);
});

test.each([Number.NaN, -3, Number.POSITIVE_INFINITY])("takes the weight %d for none", (weight) => {
  expect(shares(withWeights([weight, 1]), 0, 50)).toEqual([0, 50]);
});

test("a retry goes elsewhere while there is somebody else", () => {
  fc.assert(
    fc.property(fc.nat(), (sequence) => {
      const candidates = withWeights([1, 1, 1]);
      const first = weighted.pick(candidates, { sequence, attempt: 1 });
      expect(weighted.pick(candidates, { sequence, attempt: 2 })).not.toBe(first);
    }),
  );
});
