import { type AttemptFailure, FAILURE_CLASSES, type FailureClass } from "@cluster/batch";
import { expect, test } from "vitest";
import { decide } from "../../src/schedule/decide.ts";

const LIMITS = {
  retries: 2,
  retryDelayMs: 1000,
  maxQuotaWaitMs: 60_000,
  tellFailure: false,
  random: () => 1,
};
const FRESH = { retries: 0, refusals: 0, othersAnswered: false };

function failed(failureClass: FailureClass | null, more: Partial<AttemptFailure> = {}) {
  const failure: AttemptFailure = {
    stage: "turn",
    failureClass,
    code: null,
    message: "failed",
    retryAfterMs: null,
    ...more,
  };
  return { verdict: "failed", failure } as const;
}

test("failures that pass are repeated, those that do not are final", () => {
  const kinds = FAILURE_CLASSES.map((name) => [name, decide(failed(name), FRESH, LIMITS).kind]);
  expect(Object.fromEntries(kinds)).toEqual({
    auth: "end",
    quota: "retry",
    overload: "retry",
    context: "end",
    malformed: "retry",
    refused: "end",
    timeout: "retry",
    crash: "retry",
    protocol: "retry",
    environment: "end",
    unproven: "retry",
  });
});

test("a spent budget of retries ends the task with the outcome of its class", () => {
  const spent = { retries: 2, refusals: 5, othersAnswered: true };
  const outcomes = FAILURE_CLASSES.map((name) => decide(failed(name), spent, LIMITS));
  expect(outcomes.map((decision) => decision.kind === "end" && decision.outcome)).toEqual([
    "tool-error",
    "quota",
    "tool-error",
    "tool-error",
    "tool-error",
    "tool-error",
    "timeout",
    "tool-error",
    "tool-error",
    "tool-error",
    "unproven",
  ]);
});

test("the wait doubles, with jitter, up to a minute", () => {
  const wait = (retries: number, random: number) =>
    decide(
      failed("crash"),
      { ...FRESH, retries },
      { ...LIMITS, retries: 99, random: () => random },
    );
  expect(wait(0, 1)).toMatchObject({ afterMs: 1000 });
  expect(wait(0, 0)).toMatchObject({ afterMs: 500 });
  expect(wait(3, 1)).toMatchObject({ afterMs: 8000 });
  expect(wait(50, 1)).toMatchObject({ afterMs: 60_000 });
});

test("quota uses up no retry, and goes on for as long as nobody is answered", () => {
  const refused = (history: Partial<typeof FRESH>) =>
    decide(failed("quota", { retryAfterMs: 7_000 }), { ...FRESH, retries: 2, ...history }, LIMITS);
  const again = { kind: "retry", sequel: "quota", afterMs: 0, outcome: "quota" };
  expect(refused({})).toEqual(again);
  expect(refused({ refusals: 99 })).toEqual(again);
  expect(refused({ refusals: 4, othersAnswered: true })).toEqual(again);
});

test("a task that alone is refused, again and again, is too large for its quota", () => {
  const history = { retries: 0, refusals: 5, othersAnswered: true };
  expect(decide(failed("quota"), history, LIMITS)).toEqual({
    kind: "end",
    outcome: "quota",
    bearing: "neutral",
  });
});

test("a turn that was recalled is no failure", () => {
  expect(decide(failed(null, { code: "TURN_RECALLED" }), FRESH, LIMITS)).toMatchObject({
    kind: "retry",
    sequel: "quota",
  });
});

test("an edit that was refused is made again where the next attempt is told why", () => {
  const refused = { verdict: "verify-failed", failure: null } as const;
  const telling = { ...LIMITS, tellFailure: true };
  expect(decide(refused, FRESH, LIMITS).kind).toBe("end");
  expect(decide(refused, FRESH, telling)).toMatchObject({ kind: "retry", sequel: "retry" });
  expect(decide(refused, { ...FRESH, retries: 2 }, telling).kind).toBe("end");
});

test("git's locks pass, a full disk does not", () => {
  const infra = (code: string) => decide(failed(null, { stage: "commit", code }), FRESH, LIMITS);
  expect(infra("LOCKED").kind).toBe("retry");
  expect(infra("DISK_FULL")).toMatchObject({
    kind: "end",
    outcome: "infra-error",
    bearing: "halts",
  });
});

test.each(["TURN_CANCELLED", "WAIT_CANCELLED", "POOL_CLOSED"])(
  "%s is no crash: nobody tries again",
  (code) => {
    expect(decide(failed("crash", { code }), FRESH, LIMITS)).toEqual({
      kind: "end",
      outcome: "cancelled",
      bearing: "neutral",
    });
  },
);
