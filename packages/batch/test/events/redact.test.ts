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

test("of a secret of several lines each line is replaced, and the form that JSON gives it", () => {
  const redact = redactorOf(["-----first\nsecond-line", 'quoted"secret']);
  expect(redact({ a: "see second-line", b: JSON.stringify("-----first\nsecond-line") })).toEqual({
    a: "see [redacted]",
    b: '"[redacted]"',
  });
  expect(redact(JSON.stringify('quoted"secret'))).toBe('"[redacted]"');
});
