import type { AttemptFailure } from "@cluster/batch";
import { expect, test } from "vitest";
import { NO_EVIDENCE } from "../../src/attempt/no-evidence.ts";
import { Admission } from "../../src/schedule/admission.ts";
import { Budget } from "../../src/schedule/budget.ts";
import { MemoryFloor } from "../../src/schedule/memory-floor.ts";
import { Providers } from "../../src/schedule/providers.ts";
import { FakeClock } from "./fake-clock.ts";

const REFUSAL: AttemptFailure = {
  stage: "turn",
  failureClass: "quota",
  code: null,
  message: "enough",
  retryAfterMs: 1_000,
};

/** Items are named for their model: `a1` works with `a`. */
function sample() {
  const clock = new FakeClock();
  const budget = new Budget({ maxTokens: 100, reserveTokens: 10, elapsed: () => clock.elapsed() });
  const admission = new Admission<string>({
    providers: new Providers({
      clock,
      random: () => 1,
      maxQuotaWaitMs: 60_000,
      ceiling: () => 4,
      onQuota: "wait",
      onHappening: () => {},
    }),
    budget,
    memory: new MemoryFloor({ floorBytes: 0, freeBytes: () => 0, clock, onChange: () => {} }),
    ahead: 1,
    providerOf: (item) => ({ tool: "tool", model: item.charAt(0) }),
  });
  return { clock, budget, admission };
}

test("a refusal counts the moment it is told, for all turns of its model that have not begun in earnest", () => {
  const { clock, budget, admission } = sample();
  const [a, b] = ["a1", "b1"].map((item) => admission.laneOf(item)) as [string, string];
  for (const item of ["a1", "a2", "b1"]) admission.begun(item);
  expect(admission.stands("a2")).toBe(true);
  admission.failed("a1", REFUSAL);
  expect([admission.stands("a2"), admission.stands("b1")]).toEqual([false, true]);
  expect([admission.turnRoom(a), admission.startRoom(a)]).toEqual([0, 0]);
  expect([admission.turnRoom(b), admission.startRoom(b)]).toEqual([3, 4]);
  expect(budget.state.tokens.reserved).toBe(30);
  admission.takenBack("a2");
  expect(budget.state.tokens.reserved).toBe(20);
  clock.advance(1_000);
  expect([admission.turnRoom(a), admission.startRoom(a)]).toEqual([1, 1]);
  admission.begun("a2");
  expect(admission.stands("a2")).toBe(true);
  const usage = { inputTokens: 7, outputTokens: 0 };
  const evidence = { ...NO_EVIDENCE, usage };
  const answered = { verdict: "edited", failure: null, evidence, outsideCommit: null } as const;
  expect(admission.settle("a2", answered)).toBe(true);
  expect(admission.turnRoom(a)).toBeGreaterThan(1);
  // The request that was refused is not billed.
  admission.settle("a1", {
    ...answered,
    verdict: "failed",
    failure: REFUSAL,
    evidence: { ...evidence, usage: "unknown" },
  });
  expect(budget.state.tokens).toMatchObject({ taken: 7, untold: 0, reserved: 10 });
});
