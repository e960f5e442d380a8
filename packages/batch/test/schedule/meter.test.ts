import fc from "fast-check";
import { expect, test } from "vitest";
import { BOUND_MARGIN, Meter, type Reservation } from "../../src/schedule/meter.ts";

test("before anything is known one attempt at a time has all that is left", () => {
  const meter = new Meter({ limit: 100 });
  expect(meter.room()).toBe(1);
  const first = meter.reserve();
  expect(meter.state).toMatchObject({ reserved: 100, bound: null });
  expect(meter.room()).toBe(0);
  first.settle(10);
  expect(meter.state).toMatchObject({ taken: 10, reserved: 0, bound: 15 });
  expect(meter.room()).toBe(6);
});

test("what is under way is reserved for, by the largest attempt so far and a margin", () => {
  const meter = new Meter({ limit: 100 });
  meter.reserve().settle(20);
  const two = [meter.reserve(), meter.reserve()];
  expect(meter.state.reserved).toBe(60);
  expect(meter.room()).toBe(0);
  two[0]?.settle(5);
  expect(meter.room()).toBe(1);
});

test("an upper bound that the user gives counts from the first attempt on", () => {
  const meter = new Meter({ limit: 100, reserve: 25 });
  expect(meter.room()).toBe(4);
  meter.reserve().settle(1);
  expect(meter.state.bound).toBe(25);
  meter.reserve().settle(40);
  expect(meter.state.bound).toBe(40);
});

test("an attempt that does not tell counts as its bound, whenever that becomes known", () => {
  const meter = new Meter({ limit: 100 });
  meter.reserve().settle(null);
  expect(meter.state).toMatchObject({ taken: 0, untold: 1 });
  expect(meter.room()).toBe(1);
  meter.reserve().settle(10);
  expect(meter.state).toMatchObject({ taken: 25, assumed: 15, untold: 1 });
});

test("where no attempt ever tells, it is exhausted after a few", () => {
  const meter = new Meter({ limit: 100 });
  for (let attempts = 0; attempts < 3; attempts += 1) meter.reserve().settle(null);
  expect(meter.exhausted()).toBe(true);
});

test("what was taken before counts, and a higher limit goes on from there", () => {
  const spent = {
    takenBefore: 90,
    before: new Map([["", { untold: 1, largest: null }]]),
    reserve: 8,
  };
  expect(new Meter({ limit: 100, ...spent }).exhausted()).toBe(true);
  expect(new Meter({ limit: 120, ...spent }).room()).toBe(2);
});

test("an attempt that did not begin has taken nothing, and says nothing about others", () => {
  const meter = new Meter({ limit: 100 });
  meter.reserve().cancel();
  expect(meter.state).toMatchObject({ taken: 0, reserved: 0, bound: null, untold: 0 });
  expect(meter.room()).toBe(1);
});

test("what a cheap kind took says nothing about a dear one, which has all that is left at first", () => {
  const meter = new Meter({ limit: 100 });
  const cheap = meter.reserve("cheap");
  // Nobody knows yet what it takes, either.
  expect(meter.room("dear")).toBe(0);
  cheap.settle(1);
  expect([meter.room("cheap"), meter.room("dear")]).toEqual([66, 1]);
  const beside = meter.reserve("cheap");
  const dear = meter.reserve("dear");
  expect(meter.state.reserved).toBe(100 - 1);
  expect([meter.room("cheap"), meter.room("dear")]).toEqual([0, 0]);
  dear.settle(60);
  beside.settle(1);
  // What is left is too little for one, and enough for the other.
  expect([meter.room("cheap"), meter.room("dear")]).toEqual([25, 0]);
  expect([meter.exhausted(["dear"]), meter.exhausted(["dear", "cheap"])]).toEqual([true, false]);
  expect([meter.boundOf("dear"), meter.state.bound]).toEqual([90, 1.5]);
});

test("who does not tell counts as its own kind would, or as the dearest where its kind never told", () => {
  const meter = new Meter({ limit: 100 });
  meter.reserve("told").settle(10);
  meter.reserve("told").settle(null);
  meter.reserve("silent").settle(null);
  expect(meter.state).toMatchObject({ taken: 40, assumed: 30, untold: 2 });
  const before = new Map([["told", { untold: 1, largest: 10 }]]);
  expect(new Meter({ limit: 100, takenBefore: 10, before }).state).toMatchObject({ taken: 25 });
});

test("cents fit as they are meant to", () => {
  const meter = new Meter({ limit: 0.5 });
  meter.reserve().settle(0.2);
  expect(meter.room()).toBe(1);
});

test("without a limit it only counts", () => {
  const meter = new Meter({ limit: Number.POSITIVE_INFINITY });
  const reservations = [meter.reserve(), meter.reserve()];
  expect(meter.room()).toBe(Number.POSITIVE_INFINITY);
  for (const reservation of reservations) reservation.settle(3);
  expect(meter.state.taken).toBe(6);
});

test("the limit is passed only by what attempts take beyond their bound", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      fc.array(fc.tuple(fc.boolean(), fc.nat(9), fc.option(fc.integer({ min: 0, max: 60 })))),
      (limit, reserve, steps) => {
        const meter = new Meter({ limit, reserve });
        const underWay: { reservation: Reservation; bound: number }[] = [];
        let beyond = 0;
        let told = 0;
        for (const [begins, nth, taken] of steps) {
          if (begins) {
            if (meter.room() === 0) continue;
            const before = meter.state.reserved;
            const reservation = meter.reserve();
            underWay.push({ reservation, bound: meter.state.reserved - before });
          } else {
            const [ended] = underWay.splice(nth % Math.max(1, underWay.length), 1);
            ended?.reservation.settle(taken);
            ended?.reservation.settle(1_000);
            if (ended === undefined || taken === null) continue;
            told += taken;
            beyond += Math.max(0, taken - ended.bound);
          }
          expect(meter.state.taken - meter.state.assumed).toBeCloseTo(told);
          expect(told).toBeLessThanOrEqual(limit + beyond + 1e-6);
          expect(meter.exhausted() && underWay.length > 0).toBe(false);
        }
      },
    ),
  );
  expect(BOUND_MARGIN).toBeGreaterThan(1);
});
