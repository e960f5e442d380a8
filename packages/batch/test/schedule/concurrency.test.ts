import fc from "fast-check";
import { expect, test } from "vitest";
import { Concurrency, type ConcurrentTurn } from "../../src/schedule/concurrency.ts";

function sample(workers: number) {
  const ceiling = (): number => workers;
  const limits: number[] = [];
  const concurrency = new Concurrency({ ceiling, onLimit: (limit) => limits.push(limit) });
  const begin = (count: number): ConcurrentTurn[] =>
    Array.from({ length: count }, () => concurrency.begin());
  return { concurrency, limits, begin };
}

test("it begins with all workers, and one wave of refusals halves it once", () => {
  const { concurrency, limits, begin } = sample(8);
  for (const turn of begin(8)) turn.end("pushed-back");
  expect(limits).toEqual([4]);
  for (const turn of begin(2)) turn.end("pushed-back");
  expect(limits).toEqual([4, 2]);
  expect(concurrency.room).toBe(2);
});

test("each whole round of answers gives one more, up to the workers", () => {
  const { concurrency, limits, begin } = sample(4);
  begin(1)[0]?.end("pushed-back");
  begin(1)[0]?.end("pushed-back");
  expect(concurrency.limit).toBe(1);
  for (let answers = 0; answers < 12; answers += 1) begin(1)[0]?.end("answered");
  expect(limits).toEqual([2, 1, 2, 3, 4]);
});

test("answers to turns that began before the fall do not make it climb", () => {
  const { concurrency, begin } = sample(8);
  const [first, ...others] = begin(8);
  first?.end("pushed-back");
  for (const turn of others) turn.end("answered");
  expect(concurrency.limit).toBe(4);
});

test("it is at least 1, at most the ceiling, and counts what is under way", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.tuple(fc.constantFrom("begin", "answered", "pushed-back", "unknown"), fc.nat(9))),
      (ceiling, steps) => {
        const { concurrency } = sample(ceiling);
        const turns: ConcurrentTurn[] = [];
        for (const [what, nth] of steps) {
          if (what === "begin") turns.push(concurrency.begin());
          else {
            const [turn] = turns.splice(nth % Math.max(1, turns.length), 1);
            turn?.end(what as "answered");
            turn?.end("unknown");
          }
          expect(concurrency.underWay).toBe(turns.length);
          expect(concurrency.limit).toBeGreaterThanOrEqual(1);
          expect(concurrency.limit).toBeLessThanOrEqual(ceiling);
        }
      },
    ),
  );
});
