import { expect, test } from "vitest";
import { Dispatcher } from "../../src/schedule/dispatcher.ts";
import { FakeClock } from "./fake-clock.ts";

/** A dispatcher whose items end when they are told to. */
function sample(slots: number, turns = slots) {
  const clock = new FakeClock();
  const started: string[] = [];
  const running = new Map<string, () => void>();
  const dispatcher = new Dispatcher<string>({
    slots,
    turns,
    clock,
    start: (item) => {
      started.push(item);
      return new Promise((resolve) => running.set(item, resolve));
    },
  });
  const end = async (item: string): Promise<void> => {
    running.get(item)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, started, dispatcher, end };
}

test("as many items are at work as there are slots, and a free slot is filled at once", async () => {
  const { dispatcher, started, end } = sample(2);
  dispatcher.add(["a", "b", "c", "d"]);
  expect(started).toEqual(["a", "b"]);
  await end("b");
  expect(started).toEqual(["a", "b", "c"]);
  expect(dispatcher.atWork).toBe(2);
});

test("an item that waits for its retry holds no slot, and goes first when its wait is over", async () => {
  const { dispatcher, started, end, clock } = sample(1);
  dispatcher.add(["a", "b", "c"]);
  expect(dispatcher.addAfter("a", 100)).toBe(true);
  await end("a");
  expect(started).toEqual(["a", "b"]);
  clock.advance(100);
  await end("b");
  expect(started).toEqual(["a", "b", "a"]);
});

test("a pause holds everybody back until its end; the longest counts", async () => {
  const { dispatcher, started, end, clock } = sample(1);
  dispatcher.add(["a", "b"]);
  expect(dispatcher.pause(1000)).toBe(1000);
  expect(dispatcher.pause(10)).toBe(1000);
  expect(dispatcher.pause(2000)).toBe(2000);
  await end("a");
  clock.advance(1999);
  expect(started).toEqual(["a"]);
  clock.advance(1);
  expect(started).toEqual(["a", "b"]);
});

test("after close nothing starts, and what waited is given back", async () => {
  const { dispatcher, started, end, clock } = sample(1);
  dispatcher.add(["a", "b", "c"]);
  dispatcher.addAfter("x", 100);
  expect(dispatcher.close().sort()).toEqual(["b", "c", "x"]);
  expect(dispatcher.addAfter("y", 1)).toBe(false);
  clock.advance(1000);
  await end("a");
  expect(started).toEqual(["a"]);
});

test("after close a pause sets no timer", () => {
  const { dispatcher, clock } = sample(1);
  dispatcher.close();
  expect(dispatcher.pause(1000)).toBe(clock.now());
  expect(clock.timers).toBe(0);
});

test("those that wait are counted, whatever for", async () => {
  const { dispatcher, end, clock } = sample(1);
  dispatcher.add(["a", "b", "c"]);
  dispatcher.addAfter("x", 100);
  expect(dispatcher.waiting).toBe(3);
  clock.advance(100);
  expect(dispatcher.waiting).toBe(3);
  await end("a");
  expect(dispatcher.waiting).toBe(2);
  dispatcher.close();
  expect(dispatcher.waiting).toBe(0);
});

test("of those at work only so many take their turn, the others in the order in which they were ready", async () => {
  const { dispatcher } = sample(4, 2);
  const { signal } = new AbortController();
  const tickets = Array.from({ length: 4 }, () => dispatcher.ticket());
  const begun: number[] = [];
  expect(tickets.map((ticket) => ticket.tryBegin())).toEqual([true, true, false, false]);
  for (const at of [3, 2]) void tickets[at]?.begin(signal).then(() => begun.push(at));
  // Whoever has not asked yet does not go before those that wait.
  expect(dispatcher.ticket().tryBegin()).toBe(false);
  tickets[0]?.end();
  tickets[0]?.end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([3]);
  tickets[3]?.end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([3, 2]);
});

test("nobody begins a turn in a pause, and who gives up waiting takes none", async () => {
  const { dispatcher, clock } = sample(2, 1);
  const giveUp = new AbortController();
  const { signal } = new AbortController();
  const [first, second, third] = [dispatcher.ticket(), dispatcher.ticket(), dispatcher.ticket()];
  expect(first.tryBegin()).toBe(true);
  const waiting = second.begin(giveUp.signal);
  let begun = false;
  void third.begin(signal).then(() => {
    begun = true;
  });
  giveUp.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  second.end();
  dispatcher.pause(100);
  first.end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBe(false);
  expect(dispatcher.ticket().tryBegin()).toBe(false);
  clock.advance(100);
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBe(true);
});
