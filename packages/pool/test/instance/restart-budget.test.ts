import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RestartBudget } from "../../src/instance/restart-budget.ts";

const policy = { intensity: 3, periodMs: 1_000, backoffMs: 100, maxBackoffMs: 300 };

describe("RestartBudget", () => {
  test("waits longer with each crash, up to the longest wait, and then gives up", () => {
    const budget = new RestartBudget(policy, () => 1);
    expect([0, 1, 2, 3].map((now) => budget.crash(now, now))).toEqual([100, 200, 300, null]);
  });

  test("half of the wait is random", () => {
    expect(new RestartBudget(policy, () => 0).crash(0, 0)).toBe(50);
  });

  test("never allows more than intensity restarts within a period", () => {
    const gaps = fc.array(fc.nat(700), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.nat(5), (waits, intensity) => {
        const budget = new RestartBudget({ ...policy, intensity });
        const allowed: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait;
          if (budget.crash(now, now) !== null) allowed.push(now);
          const recent = allowed.filter((time) => now - time < policy.periodMs);
          expect(recent.length).toBeLessThanOrEqual(intensity);
        }
      }),
    );
  });

  test("forgets no start that failed since the last one that did not, whatever the period", () => {
    const budget = new RestartBudget({ ...policy, intensity: 2 }, () => 1);
    const later = (n: number): number => n * 10 * policy.periodMs;
    expect([1, 2, 3].map((n) => budget.crash(later(n), null))).toEqual([100, 200, null]);
    expect([4, 5, 6].map((n) => budget.crash(later(n), later(4)))).toEqual([100, 200, null]);
  });

  test("begins anew when it is cleared", () => {
    const budget = new RestartBudget({ ...policy, intensity: 1 }, () => 1);
    expect([budget.crash(0, 0), budget.crash(1, 1)]).toEqual([100, null]);
    budget.clear();
    expect(budget.crash(2, 2)).toBe(100);
  });
});
