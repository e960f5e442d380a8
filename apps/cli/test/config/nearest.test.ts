import { describe, expect, it } from "vitest";
import { nearest } from "../../src/config/nearest.ts";

const KNOWN = ["workers", "timeout", "idleTimeout", "tools", "tool", "one", "two", "perf"];

describe("nearest", () => {
  it.each([
    ["worker", "workers"],
    ["Workers", "workers"],
    ["wrokers", "workers"],
    ["idle_timeout", "idleTimeout"],
    ["tol", "tool"],
    ["eprf", "perf"],
    ["tow", "two"],
  ])("takes %s for %s", (word, meant) => {
    expect(nearest(word, KNOWN)).toBe(meant);
  });

  it("does not guess at a word that is like none", () => {
    expect(nearest("frobnicate", KNOWN)).toBeUndefined();
  });
});
