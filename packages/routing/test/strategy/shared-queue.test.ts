import fc from "fast-check";
import { expect, test } from "vitest";
import { sharedQueue } from "../../src/index.ts";
import { instances, request } from "../arbitraries.ts";

test("chooses only somebody who is free", () => {
  fc.assert(
    fc.property(instances(), request, (candidates, asked) => {
      const picked = sharedQueue.pick(candidates, asked);
      if (picked !== null) expect(picked.inFlight).toBe(0);
    }),
  );
});

test("queues while everybody is at work", () => {
  fc.assert(
    fc.property(instances(), request, (candidates, asked) => {
      const busy = candidates.map((one) => ({ ...one, inFlight: one.inFlight + 1 }));
      expect(sharedQueue.pick(busy, asked)).toBeNull();
    }),
  );
});

test("takes a free avoided instance rather than wait for another", () => {
  const candidates = [
    { index: 0, inFlight: 0 },
    { index: 1, inFlight: 1 },
  ];
  expect(sharedQueue.pick(candidates, { sequence: 0, attempt: 2, avoid: [0] })?.index).toBe(0);
});
