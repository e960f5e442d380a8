import { expect, it } from "vitest";
import { partOfLimits } from "../../src/compare/shared-limits.ts";

const NOTHING = { maxCostUsd: 0, maxTokens: 0, maxTimeMs: 0 };

it("is an even part of what is left, so that the last tool has what the others did not need", () => {
  const limits = { maxCostUsd: 5, maxTokens: 1001, maxTimeMs: 60_000 };
  const first = partOfLimits({ limits, taken: NOTHING, sharers: 2 });
  expect(first).toEqual({ maxCostUsd: 2.5, maxTokens: 500, maxTimeMs: 30_000 });
  const taken = { maxCostUsd: 1, maxTokens: 500, maxTimeMs: 10_000 };
  const last = partOfLimits({ limits, taken, sharers: 1 });
  expect(last).toEqual({ maxCostUsd: 4, maxTokens: 501, maxTimeMs: 50_000 });
});

it("adds what a run took before, which it counts itself", () => {
  const limits = { maxCostUsd: 10 };
  const taken = { ...NOTHING, maxCostUsd: 6 };
  const own = { maxCostUsd: 2 };
  expect(partOfLimits({ limits, taken, own, sharers: 2 })).toEqual({ maxCostUsd: 4 });
});

it("is nothing where nothing is left, and no limit where none was set", () => {
  const taken = { ...NOTHING, maxCostUsd: 5 };
  expect(partOfLimits({ limits: { maxCostUsd: 5 }, taken, sharers: 1 })).toBeNull();
  expect(partOfLimits({ limits: {}, taken, sharers: 3 })).toEqual({});
});
