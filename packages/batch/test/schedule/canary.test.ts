import fc from "fast-check";
import { expect, test } from "vitest";
import { spreadOver } from "../../src/schedule/canary.ts";

test("the first tasks are spread over the list, and always the same", () => {
  const list = Array.from({ length: 10 }, (_, place) => place);
  expect(spreadOver(list, 3)).toEqual([0, 3, 6]);
  expect(spreadOver(list, 1)).toEqual([0]);
  expect(spreadOver(list, 12)).toEqual(list);
});

test("so many different ones, in the order of the list", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 60 }), (length, count) => {
      const list = Array.from({ length }, (_, place) => place);
      const chosen = spreadOver(list, count);
      expect(chosen).toHaveLength(Math.min(length, count));
      expect([...new Set(chosen)].sort((a, b) => a - b)).toEqual(chosen);
    }),
  );
});
