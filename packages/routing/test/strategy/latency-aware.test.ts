import fc from "fast-check";
import { expect, test } from "vitest";
import { latencyAware } from "../../src/index.ts";
import { idle, instances } from "../arbitraries.ts";

const asked = { sequence: 0, attempt: 1 };

test("chooses nobody when another one is as free and known to be faster", () => {
  fc.assert(
    fc.property(instances(2), fc.nat(), (given, sequence) => {
      const candidates = given.map(({ latencyAgeMs: _, ...one }) => one);
      const picked = latencyAware.pick(candidates, { sequence, attempt: 1 });
      const faster = candidates.filter(
        (one) =>
          one.inFlight <= (picked?.inFlight ?? -1) &&
          (one.latencyMs ?? Number.POSITIVE_INFINITY) < (picked?.latencyMs ?? 0),
      );
      expect(faster).toEqual([]);
    }),
  );
});

test("gives a slow one something once the fast one has its hands full", () => {
  const pair = (inFlight: number) => [
    { index: 0, inFlight, latencyMs: 10 },
    { index: 1, inFlight: 0, latencyMs: 35 },
  ];
  const at = (inFlight: number) => latencyAware.pick(pair(inFlight), asked)?.index;
  expect([0, 1, 2, 3, 4].map(at)).toEqual([0, 0, 0, 1, 1]);
});

test("tries one that was slow again after a while", () => {
  const candidates = (latencyAgeMs: number) => [
    { index: 0, inFlight: 0, latencyMs: 100 },
    { index: 1, inFlight: 0, latencyMs: 150, latencyAgeMs },
  ];
  expect(latencyAware.pick(candidates(0), asked)?.index).toBe(0);
  expect(latencyAware.pick(candidates(10_000), asked)?.index).toBe(1);
});

test("neither floods nor starves one that has not answered yet", () => {
  const candidates = (inFlight: number) => [
    { index: 0, inFlight: 1, latencyMs: 20 },
    { index: 1, inFlight },
  ];
  expect(latencyAware.pick(candidates(0), asked)?.index).toBe(1);
  expect(latencyAware.pick(candidates(5), asked)?.index).toBe(0);
});

test("goes round among equals, and evens out the load where nothing is known", () => {
  const order = [0, 1, 2, 3].map(
    (sequence) => latencyAware.pick(idle(3), { sequence, attempt: 1 })?.index,
  );
  expect(order).toEqual([0, 1, 2, 0]);
  const busy = idle(3).map((one) => ({ ...one, inFlight: one.index === 2 ? 0 : 1 }));
  expect(latencyAware.pick(busy, asked)?.index).toBe(2);
});
