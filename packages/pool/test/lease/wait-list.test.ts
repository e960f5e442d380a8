import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WaitList } from "../../src/lease/wait-list.ts";
import { Waiter, wishOf } from "../../src/lease/waiter.ts";
import type { LeaseOptions } from "../../src/pool/options.ts";

const INSTANCES = 3;

/** What the list should be, written down so plainly that it can be believed. */
interface Modelled {
  readonly waiter: Waiter;
  place: number | null;
}

function make(order: number, options: LeaseOptions): Waiter {
  return new Waiter(wishOf(options), order, { granted: () => {}, refused: () => {} }, () => {});
}

function given<Options extends object>(options: Options): LeaseOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
}

const instance = fc.nat(INSTANCES - 1);
const key = fc.constantFrom("a", "b");
const options = fc.record({
  instance: fc.option(instance, { freq: 1 }),
  whenGone: fc.constantFrom("reject" as const, "any" as const),
  key: fc.option(key),
  priority: fc.constantFrom(-1, 0, 0, 0, 1.5),
  fairnessKey: fc.option(fc.constantFrom("x", "y", "z")),
});
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), options }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), nth: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("loosen" as const), nth: fc.nat(10) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("take" as const), instance }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settle" as const), key, instance }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unsettle" as const), instance }) },
);

describe("WaitList", () => {
  test("is at every step what a plain list would be", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const list = new WaitList();
        const homes = new Map<string, number>();
        const tickets = new Map<string, number>();
        let model: Modelled[] = [];
        let order = 0;
        let ticket = 0;
        const shareOf = ({ wish }: Waiter): string => `${wish.priority} ${wish.fairnessKey}`;
        const add = (waiter: Waiter): void => {
          const { wish } = waiter;
          const home = wish.key === undefined ? undefined : homes.get(wish.key);
          const share = shareOf(waiter);
          if (!model.some((entry) => shareOf(entry.waiter) === share)) {
            ticket += 1;
            tickets.set(share, ticket);
          }
          list.add(waiter, home);
          model.push({ waiter, place: wish.instance ?? home ?? null });
          model.sort((one, other) => one.waiter.order - other.waiter.order);
        };
        const drop = (entry: Modelled): void => {
          model = model.filter((other) => other !== entry);
        };
        const nextFor = (index: number): Modelled | undefined =>
          model
            .filter(({ place }) => place === null || place === index)
            .sort(({ waiter: one }, { waiter: other }) => {
              const turns = (tickets.get(shareOf(one)) ?? 0) - (tickets.get(shareOf(other)) ?? 0);
              return other.wish.priority - one.wish.priority || turns || one.order - other.order;
            })[0];
        for (const step of operations) {
          if (step.do === "add") {
            add(make(order, given(step.options)));
            order += 1;
          } else if (step.do === "take") {
            const entry = nextFor(step.instance);
            if (entry === undefined) continue;
            ticket += 1;
            tickets.set(shareOf(entry.waiter), ticket);
            list.take(entry.waiter);
            drop(entry);
          } else if (step.do === "remove" || step.do === "loosen") {
            const entry = model[step.nth];
            if (entry === undefined) continue;
            expect(list.remove(entry.waiter)).toBe(true);
            expect(list.remove(entry.waiter)).toBe(false);
            drop(entry);
            if (step.do === "remove") continue;
            entry.waiter.wish = { ...entry.waiter.wish, instance: undefined };
            add(entry.waiter);
          } else if (step.do === "settle") {
            list.settle(step.key, step.instance);
            homes.set(step.key, step.instance);
            for (const entry of model) {
              const { wish } = entry.waiter;
              if (wish.instance === undefined && wish.key === step.key) {
                entry.place = step.instance;
              }
            }
          } else {
            for (const [name, home] of homes) if (home === step.instance) homes.delete(name);
            const moving = model.filter(
              ({ place, waiter }) => place === step.instance && waiter.wish.instance === undefined,
            );
            expect(list.unsettle(step.instance)).toBe(moving.length > 0);
            for (const entry of moving) entry.place = null;
          }
          const shared = model.filter(({ place }) => place === null);
          expect(list.size).toBe(model.length);
          expect(list.sharedSize).toBe(shared.length);
          expect(list.shared()).toEqual(shared.map(({ waiter }) => waiter));
          for (let index = 0; index < INSTANCES; index += 1) {
            const here = model.filter(({ place }) => place === index);
            expect(list.pinnedTo(index)).toBe(here.length);
            expect(list.nextFor(index)).toBe(nextFor(index)?.waiter ?? null);
            expect(list.wanting(index)).toEqual(
              here
                .filter(({ waiter }) => waiter.wish.instance === index)
                .map(({ waiter }) => waiter),
            );
          }
        }
        expect(list.all()).toEqual(model.map(({ waiter }) => waiter));
      }),
      { numRuns: 1_000 },
    );
  });

  test("serves everybody once, higher priorities first, and callers in turns", () => {
    const request = fc.record({
      priority: fc.constantFrom(0, 0, 5, -5),
      fairnessKey: fc.option(fc.constantFrom("one", "two", "three")),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 200 }), (requests) => {
        const list = new WaitList();
        const all = requests.map((asked, order) => make(order, given(asked)));
        for (const waiter of all) list.add(waiter);
        const served: Waiter[] = [];
        for (let next = list.nextFor(0); next !== null; next = list.nextFor(0)) {
          list.take(next);
          served.push(next);
        }
        expect(served.length).toBe(all.length);
        expect(new Set(served)).toEqual(new Set(all));
        const priorities = served.map(({ wish }) => wish.priority);
        expect(priorities).toEqual([...priorities].sort((one, other) => other - one));
        for (const caller of new Set(served.map(({ wish }) => wish.fairnessKey))) {
          for (const priority of new Set(priorities)) {
            const level = served.filter(({ wish }) => wish.priority === priority);
            const mine = level.filter(({ wish }) => wish.fairnessKey === caller);
            expect(mine.map(({ order }) => order)).toEqual(
              mine.map(({ order }) => order).sort((one, other) => one - other),
            );
            // While it waits, nobody else has two turns between two of its own, or before its first.
            let between = new Set<string | undefined>();
            for (const { wish } of level.slice(0, level.indexOf(mine.at(-1) as Waiter) + 1)) {
              if (wish.fairnessKey === caller) between = new Set();
              else {
                expect(between.has(wish.fairnessKey)).toBe(false);
                between.add(wish.fairnessKey);
              }
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a newcomer waits for one turn of each caller, and not for their whole backlog", () => {
    const list = new WaitList();
    for (let order = 0; order < 5_000; order += 1) list.add(make(order, { fairnessKey: "big" }));
    for (let n = 0; n < 10; n += 1) list.take(list.nextFor(0) as Waiter);
    for (let order = 5_000; order < 5_003; order += 1) {
      list.add(make(order, { fairnessKey: "small" }));
    }
    const callers = Array.from({ length: 8 }, () => {
      const next = list.nextFor(0) as Waiter;
      list.take(next);
      return next.wish.fairnessKey;
    });
    expect(callers).toEqual(["big", "small", "big", "small", "big", "small", "big", "big"]);
  });

  test("a stream of newcomers does not keep anybody waiting", () => {
    const list = new WaitList();
    for (let order = 0; order < 20; order += 1) list.add(make(order, { fairnessKey: "patient" }));
    let served = 0;
    for (let n = 0; n < 60; n += 1) {
      list.add(make(100 + n, { fairnessKey: `newcomer ${n}` }));
      const next = list.nextFor(0) as Waiter;
      list.take(next);
      if (next.wish.fairnessKey === "patient") served += 1;
    }
    expect(served).toBeGreaterThan(5);
  });
});
