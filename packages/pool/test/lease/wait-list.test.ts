import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Waiter, WaitList } from "../../src/lease/wait-list.ts";

const INSTANCES = 3;

/** What the list should be, written down so plainly that it can be believed. */
interface Modelled {
  readonly waiter: Waiter;
  place: number | null;
}

function make(order: number, instance: number | undefined, key: string | undefined): Waiter {
  return { order, instance, key, avoid: [], grant: () => {}, reject: () => {} };
}

const instance = fc.nat(INSTANCES - 1);
const key = fc.constantFrom("a", "b");
const operation = fc.oneof(
  fc.record({
    do: fc.constant("add" as const),
    instance: fc.option(instance),
    key: fc.option(key),
  }),
  fc.record({ do: fc.constant("remove" as const), nth: fc.nat(10) }),
  fc.record({ do: fc.constant("settle" as const), key, instance }),
  fc.record({ do: fc.constant("unsettle" as const), instance }),
);

describe("WaitList", () => {
  test("is at every step what a plain list would be", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const list = new WaitList();
        let model: Modelled[] = [];
        let order = 0;
        for (const step of operations) {
          if (step.do === "add") {
            const waiter = make(order, step.instance ?? undefined, step.key ?? undefined);
            order += 1;
            list.add(waiter);
            model.push({ waiter, place: waiter.instance ?? null });
          } else if (step.do === "remove") {
            const entry = model[step.nth];
            if (entry === undefined) continue;
            expect(list.remove(entry.waiter)).toBe(true);
            expect(list.remove(entry.waiter)).toBe(false);
            model = model.filter((other) => other !== entry);
          } else if (step.do === "settle") {
            list.settle(step.key, step.instance);
            for (const entry of model) {
              if (entry.place === null && entry.waiter.key === step.key)
                entry.place = step.instance;
            }
          } else {
            const moving = model.filter(
              ({ place, waiter }) => place === step.instance && waiter.instance === undefined,
            );
            expect(list.unsettle(step.instance)).toBe(moving.length > 0);
            for (const entry of moving) entry.place = null;
          }
          expect(list.size).toBe(model.length);
          expect(list.sharedSize).toBe(model.filter(({ place }) => place === null).length);
          expect(list.shared().map(({ order: at }) => at)).toEqual(
            model.filter(({ place }) => place === null).map(({ waiter }) => waiter.order),
          );
          for (let index = 0; index < INSTANCES; index += 1) {
            const here = model.filter(({ place }) => place === index);
            const next = model.find(({ place }) => place === null || place === index);
            expect(list.pinnedTo(index)).toBe(here.length);
            expect(list.nextFor(index)).toBe(next?.waiter ?? null);
            expect(list.insistingOn(index)).toEqual(
              here.filter(({ waiter }) => waiter.instance === index).map(({ waiter }) => waiter),
            );
          }
        }
        expect(new Set(list.all())).toEqual(new Set(model.map(({ waiter }) => waiter)));
      }),
      { numRuns: 1_000 },
    );
  });
});
