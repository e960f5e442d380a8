import fc from "fast-check";
import { expect, test } from "vitest";
import { roundRobin } from "../../src/index.ts";
import { idle, instances } from "../arbitraries.ts";

test("goes round in the order of the instances", () => {
  const order = [0, 1, 2, 3, 4, 5, 6].map(
    (sequence) => roundRobin.pick(idle(3), { sequence, attempt: 1 })?.index,
  );
  expect(order).toEqual([0, 1, 2, 0, 1, 2, 0]);
});

test("gives no instance two more than another over any stretch of requests", () => {
  fc.assert(
    fc.property(
      instances(),
      fc.nat(1_000_000),
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.nat(40), { maxLength: 5 }),
      (candidates, start, length, avoid) => {
        const given = new Map<number, number>();
        for (let i = 0; i < length; i += 1) {
          const index = roundRobin.pick(candidates, {
            sequence: start + i,
            attempt: 1,
            avoid,
          })?.index;
          given.set(index ?? -1, (given.get(index ?? -1) ?? 0) + 1);
        }
        const welcome = candidates.filter((one) => !avoid.includes(one.index));
        const among = welcome.length > 0 ? welcome : candidates;
        const shares = among.map((one) => given.get(one.index) ?? 0);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        expect(shares.reduce((sum, share) => sum + share)).toBe(length);
      },
    ),
  );
});

test("takes a retry to the next instance", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 9 }),
      fc.nat(),
      fc.nat(20),
      (count, sequence, attempt) => {
        const first = roundRobin.pick(idle(count), { sequence, attempt });
        const second = roundRobin.pick(idle(count), { sequence, attempt: attempt + 1 });
        expect(second?.index).toBe(((first?.index ?? 0) + 1) % count);
      },
    ),
  );
});

test("does not care how busy an instance is", () => {
  const candidates = [
    { index: 0, inFlight: 99 },
    { index: 1, inFlight: 0 },
  ];
  expect(roundRobin.pick(candidates, { sequence: 0, attempt: 1 })?.index).toBe(0);
});
