import { expect, test } from "vitest";
import { Budget } from "../../src/schedule/budget.ts";
import { FakeClock } from "./fake-clock.ts";

const NONE = { costUsd: 0, tokens: 0 };

test("each limit holds on its own", () => {
  const clock = new FakeClock();
  const elapsed = (): number => clock.elapsed();
  const money = new Budget({ maxCostUsd: 1, elapsed });
  money.begin().settle({ costUsd: 0.7, tokens: 100 });
  expect(money.room()).toBe(0);
  expect(money.exhausted()).toBe(
    "The budget of money is spent: $0.7000 of $1.00, and a further attempt may take $1.05.",
  );
  const tokens = new Budget({ maxTokens: 1_000, elapsed });
  tokens.begin().settle({ costUsd: null, tokens: 100 });
  expect(tokens.room()).toBe(6);
  expect(tokens.exhausted()).toBe(null);
});

test("nothing is exhausted while what is under way may turn out smaller", () => {
  const clock = new FakeClock();
  const budget = new Budget({ maxTokens: 100, elapsed: () => clock.elapsed() });
  const attempt = budget.begin();
  expect(budget.room()).toBe(0);
  expect(budget.exhausted()).toBe(null);
  attempt.settle({ costUsd: 0, tokens: 60 });
  expect(budget.exhausted()).toContain("60 of 100");
});

test("time counts from the beginning, with room for an attempt as long as the longest", () => {
  const clock = new FakeClock();
  clock.advance(5_000);
  const budget = new Budget({ maxTimeMs: 10_000, elapsed: () => clock.elapsed() });
  const attempt = budget.begin();
  clock.advance(4_000);
  attempt.settle(NONE);
  expect(budget.room()).toBe(0);
  expect(budget.exhausted()).toBe(
    "The time is up: 4 s of 10 s have passed, and a further task may take 6 s.",
  );
  const longer = new Budget({ maxTimeMs: 10_000, elapsed: () => clock.elapsed() });
  clock.advance(9_999);
  expect(longer.room()).toBe(Number.POSITIVE_INFINITY);
  clock.advance(1);
  expect(longer.room()).toBe(0);
});

test("what nobody told is told", () => {
  const budget = new Budget({ maxCostUsd: 5, elapsed: () => 0 });
  for (let attempts = 0; attempts < 3; attempts += 1) {
    budget.begin().settle({ costUsd: null, tokens: null });
  }
  expect(budget.exhausted()).toContain("None of 3 attempts told what it took");
  const costs = new Map([["", { untold: 2, largest: null }]]);
  const before = { costUsd: 2, tokens: 0, costs, tokenCounts: new Map() };
  const resumed = new Budget({ maxCostUsd: 5, reserveCostUsd: 1.5, before, elapsed: () => 0 });
  expect(resumed.exhausted()).toContain("$3.00 of it assumed for 2 attempts that did not tell");
});
