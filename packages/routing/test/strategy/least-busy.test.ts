import fc from "fast-check";
import { expect, test } from "vitest";
import { leastBusy } from "../../src/index.ts";
import { idle, instances, request } from "../arbitraries.ts";

test("chooses nobody who is busier than another one that would do", () => {
  fc.assert(
    fc.property(instances(), request, (candidates, asked) => {
      const welcome = candidates.filter((one) => !asked.avoid?.includes(one.index));
      const among = welcome.length > 0 ? welcome : candidates;
      const picked = leastBusy.pick(candidates, asked);
      expect(picked?.inFlight).toBe(Math.min(...among.map((one) => one.inFlight)));
    }),
  );
});

test("goes round among equals", () => {
  const order = [0, 1, 2, 3].map(
    (sequence) => leastBusy.pick(idle(3), { sequence, attempt: 1 })?.index,
  );
  expect(order).toEqual([0, 1, 2, 0]);
});

test("evens out whatever the load was before", () => {
  fc.assert(
    fc.property(instances(2), fc.nat(1_000), (candidates, start) => {
      const loads = candidates.map((one) => ({ ...one }));
      const total = loads.reduce((sum, one) => sum + one.inFlight, 0);
      const requests = loads.length * 5 - (total % loads.length);
      for (let i = 0; i < requests; i += 1) {
        const picked = leastBusy.pick(loads, { sequence: start + i, attempt: 1 });
        if (picked !== null) picked.inFlight += 1;
      }
      const after = loads.map((one) => one.inFlight);
      expect(Math.max(...after) - Math.min(...after)).toBeLessThanOrEqual(1);
    }),
  );
});
