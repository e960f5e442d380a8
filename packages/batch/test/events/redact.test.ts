import { expect, test } from "vitest";
import { redactorOf } from "../../src/events/redact.ts";

test("secrets are replaced in every string of plain data, the longest first", () => {
  const redact = redactorOf(["sk-secret", "sk-secret-longer", "abc"]);
  expect(
    redact({ a: ["key sk-secret-longer"], b: { c: "sk-secret!", n: 1, z: null }, d: "abc" }),
  ).toEqual({ a: ["key [redacted]"], b: { c: "[redacted]!", n: 1, z: null }, d: "abc" });
});

test("without secrets the data is passed on as it is", () => {
  const data = { a: 1 };
  expect(redactorOf([])(data)).toBe(data);
});
