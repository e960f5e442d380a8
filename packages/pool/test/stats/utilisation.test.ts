import fc from "fast-check";
import { expect, test } from "vitest";
import { Utilisation } from "../../src/stats/utilisation.ts";

test("is nothing before there is any time", () => {
  const utilisation = new Utilisation(100);
  utilisation.resized(3, 100);
  expect([utilisation.sinceStart(100), utilisation.lastMinute(100)]).toEqual([0, 0]);
});

test("is what adding up millisecond by millisecond gives, since the start and of the last minute", () => {
  const step = fc.record({
    wait: fc.oneof(fc.nat(300), fc.nat(9_000), fc.constant(70_000)),
    busy: fc.constantFrom(1 as const, -1 as const),
    size: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const began = 1_234.5;
      const utilisation = new Utilisation(began);
      utilisation.resized(4, began);
      let [now, busy, size] = [began, 0, 4];
      /** What was busy and what there was, each millisecond. */
      const history: (readonly [busy: number, size: number])[] = [];
      for (const { wait, busy: change, size: resized } of steps) {
        for (let ms = 0; ms < wait; ms += 1) history.push([busy, size]);
        now += wait;
        if (busy + change >= 0 && busy + change <= size) {
          busy += change;
          utilisation.busy(change, now);
        }
        if (resized !== null && resized >= busy) {
          size = resized;
          utilisation.resized(size, now);
        }
        expect(utilisation.sinceStart(now)).toBeCloseTo(share(history), 9);
        const windowStart = Math.max(0, (Math.floor(history.length / 5_000) - 11) * 5_000);
        expect(utilisation.lastMinute(now)).toBeCloseTo(share(history.slice(windowStart)), 9);
      }
    }),
    { numRuns: 30 },
  );
});

function share(history: readonly (readonly [number, number])[]): number {
  let [busyMs, totalMs] = [0, 0];
  for (const [busy, size] of history) {
    busyMs += busy;
    totalMs += size;
  }
  return totalMs === 0 ? 0 : busyMs / totalMs;
}
