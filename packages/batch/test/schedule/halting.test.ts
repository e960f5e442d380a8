import type { Outcome } from "@cluster/batch";
import { expect, test } from "vitest";
import { Halting, type HaltRules } from "../../src/schedule/halting.ts";

const NEVER = Number.POSITIVE_INFINITY;
const OFF: HaltRules = { inRow: NEVER, failures: NEVER, share: NEVER, sameReason: NEVER };

function ended(outcome: Outcome, message = "failed", files: readonly string[] = ["a.md"]) {
  return { outcome, files, reason: { failureClass: null, code: null, message } };
}

const failed = ended("tool-error");

test("so many in a row halt, whatever says nothing about the others in between", () => {
  const halting = new Halting({ ...OFF, inRow: 3 });
  for (const bearing of ["halts", "neutral", "halts", "neutral"] as const) {
    expect(halting.note(failed, bearing)).toBe(null);
  }
  expect(halting.note(failed, "halts")).toEqual({
    reason: "3 tasks in a row failed alike, and the next ones would too. failed",
    tool: null,
  });
});

test("a task that shows that the provider answers sets the count back", () => {
  const halting = new Halting({ ...OFF, inRow: 2 });
  halting.note(failed, "halts");
  halting.note(ended("landed"), "resets");
  expect(halting.note(failed, "halts")).toBe(null);
  expect(halting.note(failed, "halts")).not.toBe(null);
});

test("each tool has a row of its own, which no other one sets back; git and the disk are everybody's", () => {
  const halting = new Halting({ ...OFF, inRow: 2 });
  expect(halting.note(failed, "halts", "a")).toBe(null);
  expect(halting.note(failed, "halts", "b")).toBe(null);
  expect(halting.note(ended("landed"), "resets", "b")).toBe(null);
  expect(halting.note(failed, "halts", "a")).toEqual({
    reason: "2 tasks in a row with a failed alike, and the next ones would too. failed",
    tool: "a",
  });
  expect(halting.note(failed, "halts", "b")).toBe(null);
  const full = ended("infra-error", "the disk is full");
  expect(halting.note(full, "halts", "a")).toBe(null);
  expect(halting.note(full, "halts", "b")).toMatchObject({ tool: null });
});

test("a count of failures halts, wherever they are; no change is none", () => {
  const halting = new Halting({ ...OFF, failures: 2 });
  expect(halting.note(failed, "neutral")).toBe(null);
  expect(halting.note(ended("no-change"), "resets")).toBe(null);
  expect(halting.note(ended("landed"), "resets")).toBe(null);
  expect(halting.note(ended("verify-failed", "refused"), "resets")?.reason).toBe(
    "2 tasks failed. The last: refused",
  );
});

test("a share of failures halts once ten tasks have ended", () => {
  const halting = new Halting({ ...OFF, share: 0.1 });
  expect(halting.note(failed, "neutral")).toBe(null);
  for (let landed = 0; landed < 9; landed += 1) {
    expect(halting.note(ended("landed"), "resets")).toBe(null);
  }
  expect(halting.note(failed, "neutral")?.reason).toBe("2 of 11 tasks failed. The last: failed");
  expect(new Halting({ ...OFF, share: 0.5 }).note(failed, "neutral")).toBe(null);
});

test("one reason that repeats halts: paths and numbers do not tell reasons apart", () => {
  const halting = new Halting({ ...OFF, sameReason: 3 });
  const about = (file: string, line: number) =>
    halting.note(ended("verify-failed", `${file}:${line}: no such name`, [file]), "resets");
  expect(about("a.py", 3)).toBe(null);
  expect(halting.note(ended("verify-failed", "another"), "resets")).toBe(null);
  expect(about("b.py", 14)).toBe(null);
  expect(about("c.py", 159)?.reason).toContain("3 tasks failed for the same reason.");
});

test("without rules nothing halts", () => {
  const halting = new Halting(OFF);
  expect(Array.from({ length: 50 }, () => halting.note(failed, "halts"))).toEqual(
    Array.from({ length: 50 }, () => null),
  );
});
