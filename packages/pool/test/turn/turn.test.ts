import { afterAll, expect, test } from "vitest";
import { createPool, type Turn, type TurnEvent } from "../../src/index.ts";
import { TurnControl } from "../../src/turn/turn-control.ts";
import { TurnStopper } from "../../src/turn/turn-stop.ts";
import { expectNoProcessLeft, jsonLines, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

async function collect(turn: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const event of turn) events.push(event);
  return events;
}

test("a turn is a promise and an iterable of what happens meanwhile", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const turn = pool.run({ events: 2, echo: "end" });
  expect(turn.instance).toBeNull();
  expect(await collect(turn)).toEqual([
    { type: "started", instance: 0, waitMs: expect.any(Number) },
    { type: "text", text: "part 1" },
    { type: "text", text: "part 2" },
  ]);
  expect(await turn).toBe("end");
  expect(await turn.assigned).toBe(0);
  expect(turn).toMatchObject({ id: 1, instance: 0, endedBy: "protocol" });
  expect(await turn.finally(() => {})).toBe("end");
  expect(Object.prototype.toString.call(turn)).toBe("[object Turn]");
});

test("iterating ends with what the turn rejects with", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const fail = { class: "quota", message: "later", retryAfterMs: 500 };
  const turn = pool.run({ events: 1, fail });
  const seen: string[] = [];
  const error = await rejection(
    (async () => {
      for await (const event of turn) seen.push(event.type);
    })(),
  );
  expect(seen).toEqual(["started", "text"]);
  expect(error).toMatchObject({ code: "TOOL_FAILED", failureClass: "quota", retryAfterMs: 500 });
  expect(turn.endedBy).toBeNull();
});

test("a turn that is only iterated raises no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  await using pool = createPool({ adapter: jsonLines() });
  const turn = pool.run({ fail: { class: "refused", message: "no" } });
  // The iterator is asked for now and read later.
  const iterator = turn[Symbol.asyncIterator]();
  await pool.drain();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await iterator.next()).toMatchObject({ value: { type: "started" } });
  expect(await rejection(iterator.next())).toMatchObject({ message: "no" });
  // Released leases and ignored `assigned` promises are quiet too.
  await using other = createPool({ adapter: jsonLines() });
  const lease = await other.lease();
  lease.run({ sleep: 60_000 });
  await lease.release();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
});

test("two readers of one turn both come to an end", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const turn = pool.run({ events: 4, sleep: 30 });
  const both = await Promise.all([collect(turn), collect(turn)]);
  expect(both.flat()).toHaveLength(5);
  await turn;
});

test("a reader that leaves early leaves the turn alone", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const turn = pool.run({ events: 3, echo: "end" });
  for await (const event of turn) if (event.type === "text") break;
  expect(await turn).toBe("end");
});

test("events that nobody reads are bounded: the oldest go, and their number is told", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const turn = pool.run({ events: 3_000, echo: "end" });
  await turn;
  const events = await collect(turn);
  expect(events.length).toBeLessThanOrEqual(1_025);
  const [dropped] = events;
  expect(dropped).toMatchObject({ type: "dropped" });
  const count = dropped?.type === "dropped" ? dropped.count : 0;
  expect(count + events.length - 1).toBe(3_001);
  expect(events.at(-1)).toEqual({ type: "text", text: "part 3000" });
});

test("a failure without a handler is raised like that of any promise", async () => {
  const raised = new Promise((resolve) => process.once("unhandledRejection", resolve));
  const control = new TurnControl<string>(1, new TurnStopper());
  const turn: Turn<string> = control.turn;
  expect(turn.id).toBe(1);
  control.reject(new Error("nobody looked"));
  expect(await raised).toMatchObject({ message: "nobody looked" });
});

test("whoever asks late hears the same as whoever asked at once", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const turn = pool.run({ events: 2, echo: "end" });
  await turn;
  expect(await turn.assigned).toBe(0);
  expect((await collect(turn)).map((event) => event.type)).toEqual(["started", "text", "text"]);

  const silent = pool.run({ echo: 1 });
  await silent;
  expect(await collect(silent)).toMatchObject([{ type: "started", instance: 0 }]);

  const refused = pool.run({ echo: 1 }, { instance: 7 });
  const error = await rejection(refused);
  expect(await rejection(refused.assigned)).toBe(error);
});
