import { expect, it } from "vitest";
import { withoutTold } from "../../src/progress/told.ts";

it.each([
  ["3 tasks failed alike: no key", "3 tasks failed alike."],
  ["10 of 10 tasks failed. The last: no key", "10 of 10 tasks failed."],
  ["1 of them failed. no key", "1 of them failed."],
  ["no key", "no key"],
  ["no keys", "no keys"],
])("%s, after its reason was told, is %s", (text, rest) => {
  expect(withoutTold(text, ["", "no key"])).toBe(rest);
});
