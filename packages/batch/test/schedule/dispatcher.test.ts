import { expect, test } from "vitest";
import { Dispatcher } from "../../src/schedule/dispatcher.ts";
import type { Gate } from "../../src/schedule/gate.ts";
import { FakeClock } from "./fake-clock.ts";

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A dispatcher whose items end when they are told to. */
function sample(slots: number, turns = slots, gate?: Gate<string>) {
  const clock = new FakeClock();
  const started: string[] = [];
  const running = new Map<string, () => void>();
  const dispatcher = new Dispatcher<string>({
    slots,
    turns,
    clock,
    ...(gate === undefined ? {} : { gate }),
    start: (item) => {
      started.push(item);
      return new Promise((resolve) => running.set(item, resolve));
    },
  });
  const end = async (item: string): Promise<void> => {
    running.get(item)?.();
    await settled();
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
  const { dispatcher } = sample(5, 2);
  dispatcher.add(["a", "b", "c", "d"]);
  const { signal } = new AbortController();
  const tickets = ["a", "b", "c", "d"].map((item) => dispatcher.ticket(item));
  const begun: number[] = [];
  expect(tickets.map((ticket) => ticket.tryBegin())).toEqual([true, true, false, false]);
  for (const at of [3, 2]) void tickets[at]?.begin(signal).then(() => begun.push(at));
  // Whoever has not asked yet does not go before those that wait.
  dispatcher.add(["e"]);
  expect(dispatcher.ticket("e").tryBegin()).toBe(false);
  tickets[0]?.end();
  tickets[0]?.end();
  await settled();
  expect(begun).toEqual([3]);
  tickets[3]?.end();
  await settled();
  expect(begun).toEqual([3, 2]);
  expect(dispatcher.turnsUnderWay).toBe(2);
});

test("who gives up waiting takes no turn", async () => {
  const { dispatcher } = sample(3, 1);
  dispatcher.add(["a", "b", "c"]);
  const giveUp = new AbortController();
  const { signal } = new AbortController();
  const [first, second, third] = ["a", "b", "c"].map((item) => dispatcher.ticket(item));
  expect(first?.tryBegin()).toBe(true);
  const waiting = second?.begin(giveUp.signal);
  let begun = false;
  void third?.begin(signal).then(() => {
    begun = true;
  });
  giveUp.abort(new Error("enough"));
  first?.end();
  await expect(waiting).rejects.toThrow("enough");
  second?.end();
  await settled();
  expect(begun).toBe(true);
  expect(dispatcher.turnsUnderWay).toBe(1);
});

/** Items are named for their lane: `a1` is of lane `a`. */
function gated(slots: number) {
  const room = new Map<string, { start: number; turn: number }>();
  const begun: string[] = [];
  const withdrawn = new Set<string>();
  const bench = sample(slots, slots, {
    laneOf: (item) => item.charAt(0),
    startRoom: (lane) => room.get(lane)?.start ?? Number.POSITIVE_INFINITY,
    turnRoom: (lane) => room.get(lane)?.turn ?? Number.POSITIVE_INFINITY,
    begun: (item) => begun.push(item),
    stands: (item) => !withdrawn.has(item),
    takenBack: (item) => begun.splice(begun.indexOf(item), 1),
  });
  return { ...bench, room, begun, withdrawn };
}

test("a lane that is held back holds back no other one", async () => {
  const { dispatcher, started, room, end } = gated(2);
  room.set("a", { start: 0, turn: 0 });
  dispatcher.add(["a1", "a2", "b1", "b2", "b3"]);
  expect(started).toEqual(["b1", "b2"]);
  room.set("a", { start: 1, turn: 1 });
  await end("b1");
  // Its turn comes with its place in the list.
  expect(started).toEqual(["b1", "b2", "a1"]);
  await end("b2");
  // a1 is got ready; until its turn has begun, its lane has no room for another one.
  expect(started).toEqual(["b1", "b2", "a1", "b3"]);
});

test("a turn that the gate does not let in waits until it does", async () => {
  const { dispatcher, room, begun } = gated(2);
  const { signal } = new AbortController();
  dispatcher.add(["a1", "b1"]);
  room.set("a", { start: 0, turn: 0 });
  const [held, free] = [dispatcher.ticket("a1"), dispatcher.ticket("b1")];
  expect([held.tryBegin(), free.tryBegin()]).toEqual([false, true]);
  const waiting = held.begin(signal);
  dispatcher.wake();
  expect(begun).toEqual(["b1"]);
  room.delete("a");
  dispatcher.wake();
  await waiting;
  expect(begun).toEqual(["b1", "a1"]);
});

test("a turn that was let in waits again when it does not stand any more", async () => {
  const { dispatcher, room, begun, withdrawn } = gated(2);
  const { signal } = new AbortController();
  dispatcher.add(["a1"]);
  const ticket = dispatcher.ticket("a1");
  expect(ticket.tryBegin()).toBe(true);
  await ticket.begin(signal);
  expect(begun).toEqual(["a1"]);
  withdrawn.add("a1");
  room.set("a", { start: 0, turn: 0 });
  const waiting = ticket.begin(signal);
  expect([begun, dispatcher.turnsUnderWay, dispatcher.preparing]).toEqual([[], 0, 1]);
  withdrawn.clear();
  room.delete("a");
  dispatcher.wake();
  await waiting;
  expect([begun, dispatcher.turnsUnderWay]).toEqual([["a1"], 1]);
});

test("turns that are recalled do not begin, whether they have asked or not", async () => {
  const { dispatcher, room } = gated(3);
  const { signal } = new AbortController();
  dispatcher.add(["a1", "a2", "b1"]);
  room.set("a", { start: 0, turn: 0 });
  const [asked, silent, other] = ["a1", "a2", "b1"].map((item) => dispatcher.ticket(item));
  const waiting = asked?.begin(signal);
  dispatcher.recall("a");
  room.delete("a");
  dispatcher.wake();
  await expect(waiting).rejects.toMatchObject({ code: "TURN_RECALLED" });
  expect(silent?.tryBegin()).toBe(false);
  await expect(silent?.begin(signal)).rejects.toMatchObject({ code: "TURN_RECALLED" });
  expect(other?.tryBegin()).toBe(true);
});

test("a turn that was let in and does not stand any more is recalled with its lane", async () => {
  const { dispatcher, begun, withdrawn } = gated(2);
  const { signal } = new AbortController();
  dispatcher.add(["a1"]);
  const ticket = dispatcher.ticket("a1");
  ticket.tryBegin();
  withdrawn.add("a1");
  dispatcher.recall("a");
  await expect(ticket.begin(signal)).rejects.toMatchObject({ code: "TURN_RECALLED" });
  expect(begun).toEqual([]);
});

test("an item may go behind all others when it comes again", async () => {
  const { dispatcher, started, end, clock } = sample(1);
  dispatcher.add(["a", "b", "c"]);
  dispatcher.addAfter("a", 0, "last");
  clock.advance(0);
  for (const item of ["a", "b", "c"]) await end(item);
  expect(started).toEqual(["a", "b", "c", "a"]);
});
