import { systemClock } from "@cluster/manager";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Inbox } from "../../src/inbox/inbox.ts";

const wanted = fc.oneof(fc.constant("any" as const), fc.nat(2));
const step = fc.oneof(
  fc.record({ do: fc.constant("deliver" as const), instance: fc.nat(2) }),
  fc.record({ do: fc.constant("read" as const), wanted }),
  fc.record({ do: fc.constant("give up" as const), reader: fc.nat(30) }),
  fc.record({ do: fc.constant("claim" as const), turn: fc.integer({ min: 1, max: 30 }) }),
);

test("hands each turn to one taker at most, each instance's in order, and loses none", async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const inbox = new Inbox<number>(1_000, systemClock, () => {});
    const givers: AbortController[] = [];
    const readings: Promise<void>[] = [];
    const taken: { turn: number; instance: number | null; wanted: number | "any" }[] = [];
    const claimed = new Set<number>();
    let turns = 0;
    for (const one of steps) {
      if (one.do === "deliver") {
        turns += 1;
        inbox.deliver({ outcome: "done", instance: one.instance, turn: turns, result: turns });
      } else if (one.do === "read") {
        const giver = new AbortController();
        givers.push(giver);
        const reading = inbox.next(one.wanted, { signal: giver.signal }).then(
          ({ turn, instance }) => void taken.push({ turn, instance, wanted: one.wanted }),
          (error: unknown) => expect(error).toMatchObject({ code: "READ_CANCELLED" }),
        );
        readings.push(reading);
      } else if (one.do === "give up") givers[one.reader]?.abort();
      else {
        const before = inbox.unread;
        inbox.withdraw(one.turn);
        if (inbox.unread < before) claimed.add(one.turn);
      }
      // Readers hear in microtasks: each step is over before the next one.
      await Promise.resolve().then(() => {});
    }
    for (const giver of givers) giver.abort();
    await Promise.all(readings);
    const all = taken.map((one) => one.turn);
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((turn) => claimed.has(turn))).toEqual([]);
    expect(taken.filter((one) => one.wanted !== "any" && one.wanted !== one.instance)).toEqual([]);
    for (const instance of [0, 1, 2]) {
      const order = taken.filter((one) => one.instance === instance).map((one) => one.turn);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
    expect(inbox.unread).toBe(turns - all.length - claimed.size);
  });
  await fc.assert(property, { numRuns: 300 });
});
