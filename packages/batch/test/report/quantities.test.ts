import { formatCost, formatRate, formatTime } from "@cluster/batch";
import { describe, expect, it } from "vitest";

describe("quantities for people", () => {
  it.each([
    [0, "0.0s"],
    [1_234, "1.2s"],
    [9_960, "10s"],
    [59_400, "59s"],
    [59_600, "1m 00s"],
    [185_000, "3m 05s"],
    [3_599_600, "1h 00m"],
    [3_720_000, "1h 02m"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatTime(ms)).toBe(text);
  });

  it.each([
    [2.44, "2.4/s"],
    [0.05, "3.0/min"],
    [0, "0.0/min"],
  ])("%d a second is %s", (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  it.each([
    [0, "$0.00"],
    [0.0012, "$0.0012"],
    [1.234, "$1.23"],
    ["unknown" as const, "unknown"],
  ])("%s dollars are %s", (usd, text) => {
    expect(formatCost(usd)).toBe(text);
  });
});
