import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STRATEGIES } from "../../src/index.ts";
import { idle, instances, request } from "../arbitraries.ts";

describe.each(Object.entries(STRATEGIES))("%s", (name, strategy) => {
  test("bears the name it is found under", () => {
    expect(strategy.name).toBe(name);
  });

  test("chooses one of the candidates, the very object it was given", () => {
    fc.assert(
      fc.property(instances(), request, (candidates, asked) => {
        const picked = strategy.pick(candidates, asked);
        if (picked !== null) expect(candidates.some((one) => one === picked)).toBe(true);
      }),
    );
  });

  test("queues when there is no candidate", () => {
    fc.assert(
      fc.property(request, (asked) => {
        expect(strategy.pick([], asked)).toBeNull();
      }),
    );
  });

  test("never queues while somebody is free", () => {
    fc.assert(
      fc.property(instances(), request, (candidates, asked) => {
        fc.pre(candidates.some((one) => one.inFlight === 0));
        expect(strategy.pick(candidates, asked)).not.toBeNull();
      }),
    );
  });

  test("keeps away from avoided instances when another one would do as well", () => {
    fc.assert(
      fc.property(instances(), request, (candidates, asked) => {
        const others = candidates.filter((one) => !asked.avoid?.includes(one.index));
        // For a queue, somebody who is at work is no choice at all.
        fc.pre(others.some((one) => one.inFlight === 0));
        expect(others).toContain(strategy.pick(candidates, asked));
      }),
    );
  });

  test("takes an avoided instance when there is nothing else", () => {
    for (let count = 1; count < 6; count += 1) {
      const candidates = idle(count);
      const avoid = candidates.map((one) => one.index);
      expect(strategy.pick(candidates, { sequence: 7, attempt: 2, avoid })).not.toBeNull();
    }
  });

  test("gives the same answer to the same question and changes nothing that it was given", () => {
    fc.assert(
      fc.property(instances(), request, (candidates, asked) => {
        const before = structuredClone({ candidates, asked });
        const first = strategy.pick(candidates, asked);
        expect(strategy.pick(candidates, asked)).toBe(first);
        expect({ candidates, asked }).toEqual(before);
      }),
    );
  });

  test.each([Number.NaN, -1, -7.5, 0.5, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER])(
    "chooses for the odd sequence number %d too",
    (sequence) => {
      expect(strategy.pick(idle(3), { sequence, attempt: 1 })).toMatchObject({ inFlight: 0 });
    },
  );
});
