import type { FailureClass } from "@cluster/batch";
import { describe, expect, it } from "vitest";
import { EXIT_CODES } from "../../src/exit/exit-codes.ts";
import { exitOfReport } from "../../src/exit/exit-of-report.ts";
import { sampleOutcome, sampleReport } from "../report/sample-report.ts";

const failed = (failureClass: FailureClass) =>
  sampleOutcome(1, "tool-error", { reason: { failureClass, code: null, message: "no" } });
const landed = sampleOutcome(0, "landed");
const never = sampleOutcome(2, "cancelled", { attempts: 0 });

describe("exitOfReport", () => {
  it.each([
    ["done", sampleReport([landed])],
    ["failed", sampleReport([landed, failed("malformed")])],
    ["halted", sampleReport([failed("auth"), never], { end: "halted" })],
    ["setup", sampleReport([failed("environment"), never], { end: "halted" })],
    ["setup", sampleReport([failed("environment")])],
    ["failed", sampleReport([landed, failed("environment")])],
    ["budget", sampleReport([landed, never], { end: "budget", ok: false })],
    ["quota", sampleReport([failed("environment"), never], { end: "quota", ok: false })],
    ["interrupted", sampleReport([landed, never], { end: "interrupted", ok: false })],
  ] as const)("is %s", (exit, report) => {
    expect(exitOfReport(report)).toBe(exit);
  });
});

describe("EXIT_CODES", () => {
  it("gives each end a code of its own", () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
