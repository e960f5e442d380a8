import { describe, expect, it } from "vitest";
import { durationMs } from "../../src/config/duration.ts";

describe("durationMs", () => {
  it.each([
    ["90s", 90_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["250ms", 250],
    ["1.5s", 1_500],
    ["12", 12_000],
    [12, 12_000],
    [0.5, 500],
    [" 5M ", 300_000],
  ])("takes %j as %d ms", (value, ms) => {
    expect(durationMs(value)).toBe(ms);
  });

  it.each(["", "x", "5 m", "-5", "0", "0s", "5d", "m", "1e3", "s5", Number.NaN, Infinity, -1])(
    "refuses %j",
    (value) => {
      expect(durationMs(value)).toBeUndefined();
    },
  );
});
