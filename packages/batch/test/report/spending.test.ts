import { expect, test } from "vitest";
import { addSpending, NOTHING_SPENT } from "../../src/report/spending.ts";

test("known parts add up", () => {
  const one = addSpending(NOTHING_SPENT, {
    usage: { inputTokens: 10, outputTokens: 1, modelCalls: 1 },
    costUsd: 0.5,
  });
  const two = addSpending(one, { usage: { inputTokens: 5, outputTokens: 2 }, costUsd: 0.25 });
  expect(two).toEqual({
    usage: { inputTokens: 15, outputTokens: 3, modelCalls: 1 },
    costUsd: 0.75,
    knownUsage: { inputTokens: 15, outputTokens: 3, modelCalls: 1 },
    knownCostUsd: 0.75,
  });
});

test("one unknown part makes the sum unknown, and the known part stays visible", () => {
  const known = addSpending(NOTHING_SPENT, {
    usage: { inputTokens: 10, outputTokens: 1 },
    costUsd: 0.5,
  });
  const sum = addSpending(known, { usage: "unknown", costUsd: "unknown" });
  const more = addSpending(sum, { usage: { inputTokens: 1, outputTokens: 1 }, costUsd: 1 });
  expect(more).toEqual({
    usage: "unknown",
    costUsd: "unknown",
    knownUsage: { inputTokens: 11, outputTokens: 2 },
    knownCostUsd: 1.5,
  });
});
