import { expect, test } from "vitest";
import { HaltCounter } from "../../src/schedule/halting.ts";

test("so many in a row halt, whatever says nothing about the others in between", () => {
  const counter = new HaltCounter(3);
  expect(["halts", "neutral", "halts", "neutral"].map((b) => counter.note(b as "halts"))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(counter.note("halts")).toBe(true);
});

test("a task that shows that the provider answers sets the count back", () => {
  const counter = new HaltCounter(2);
  counter.note("halts");
  counter.note("resets");
  expect(counter.note("halts")).toBe(false);
  expect(counter.note("halts")).toBe(true);
});

test("Infinity never halts", () => {
  const counter = new HaltCounter(Number.POSITIVE_INFINITY);
  expect(Array.from({ length: 50 }, () => counter.note("halts"))).not.toContain(true);
});
