import { afterAll, expect, test } from "vitest";
import { createPool, type PoolEvent } from "../../src/index.ts";
import { cancel, expectNoProcessLeft, jsonLines, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("a turn that is cancelled while it waits never begins", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  const running = pool.run({ sleep: 50 });
  const waiting = pool.run({ remember: "x" });
  waiting.cancel("not needed");
  expect(await rejection(waiting)).toMatchObject({
    code: "TURN_CANCELLED",
    message: "The turn was given up by its caller: not needed",
    cause: "not needed",
  });
  expect(await rejection(waiting.assigned)).toMatchObject({ code: "TURN_CANCELLED" });
  await running;
  expect(await pool.run({ recall: true })).toEqual([]);
  const begun = events.filter(({ type }) => type === "turn.started");
  expect(begun).toHaveLength(2);
  expect(pool.status()).toMatchObject({ accepted: 3, done: 2, failed: 1 });
});

test("a cancelled turn costs the process when the tool cannot be interrupted, and none when it can", async () => {
  for (const { adapter, generation } of [
    { adapter: jsonLines(), generation: 2 },
    { adapter: jsonLines({ cancel }), generation: 1 },
  ]) {
    await using pool = createPool({ adapter });
    const turn = pool.run({ sleep: 60_000 });
    await turn.assigned;
    turn.cancel();
    turn.cancel("a second time");
    expect(await rejection(turn)).toMatchObject({
      code: "TURN_CANCELLED",
      message: "The turn was given up by its caller",
    });
    expect(await pool.run({ echo: "next" })).toBe("next");
    expect(pool.status().instances[0]?.generation).toBe(generation);
  }
});

test("a signal that is aborted already sends nothing and costs no process", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const signal = AbortSignal.abort(new Error("too late"));
  const turn = pool.run({ remember: "x" }, { signal });
  const error = await rejection(turn);
  expect(error).toMatchObject({ code: "TURN_CANCELLED", cause: signal.reason });
  expect(error.message).toContain("too late");
  expect(await pool.run({ recall: true })).toEqual([]);
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("a turn that is cancelled right after it was given an instance sends nothing", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  await pool.ready();
  const turn = pool.run({ remember: "x" });
  turn.cancel();
  expect(await rejection(turn)).toMatchObject({ code: "TURN_CANCELLED" });
  {
    await using lease = await pool.lease();
    const second = lease.run({ remember: "y" });
    second.cancel();
    expect(await rejection(second)).toMatchObject({ code: "TURN_CANCELLED" });
  }
  expect(await pool.run({ recall: true })).toEqual([]);
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("one signal ends many turns, queued and running, without a warning", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  await using pool = createPool({ adapter: jsonLines({ cancel }), size: 2 });
  const controller = new AbortController();
  const { signal } = controller;
  const turns = Array.from({ length: 40 }, () => pool.run({ sleep: 60_000 }, { signal }));
  await turns[1]?.assigned;
  controller.abort();
  const errors = await Promise.all(turns.map(rejection));
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["TURN_CANCELLED"]));
  expect(pool.status()).toMatchObject({ failed: 40, running: 0, queued: 0 });
  await new Promise(setImmediate);
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
});

test("to cancel a turn that is over does nothing", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const turn = pool.run({ echo: 1 });
  expect(await turn).toBe(1);
  turn.cancel();
  expect(await pool.run({ echo: 2 })).toBe(2);
  expect(pool.status()).toMatchObject({ done: 2, failed: 0 });
});

test("a lease that waits is given up by its signal", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  await using taken = await pool.lease();
  expect(taken.instance).toBe(0);
  const controller = new AbortController();
  const waiting = pool.lease({ signal: controller.signal });
  controller.abort();
  expect(await rejection(waiting)).toMatchObject({ code: "WAIT_CANCELLED" });
  expect(await rejection(pool.lease({ signal: controller.signal }))).toMatchObject({
    code: "WAIT_CANCELLED",
  });
});
