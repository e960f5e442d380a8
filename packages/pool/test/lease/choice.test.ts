import { afterAll, describe, expect, test } from "vitest";
import { createPool, type Turn } from "../../src/index.ts";
import { cancel, expectNoProcessLeft, jsonLines, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** Where a turn ran. */
async function place(turn: Turn<unknown>): Promise<number | null> {
  await turn;
  return turn.instance;
}

describe("a certain instance", () => {
  test("serves the requests that are for it, in order, and waits for none", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    const turns = Array.from({ length: 6 }, (_, n) => pool.run({ pid: true }, { instance: n % 2 }));
    expect(turns[1]?.instance).toBe(1);
    expect(await turns[1]?.assigned).toBe(1);
    const pids = await Promise.all(turns);
    expect(new Set(pids).size).toBe(2);
    expect([pids[2], pids[4]]).toEqual([pids[0], pids[0]]);
  });

  test("that does not exist is refused", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    for (const instance of [2, -1, 0.5, "0" as unknown as number]) {
      const turn = pool.run({ echo: 1 }, { instance });
      expect(await rejection(turn)).toMatchObject({
        code: "INSTANCE_UNKNOWN",
        message: `There is no instance ${instance}: this pool has 2, counted from 0.`,
      });
      expect(turn.instance).toBeNull();
      expect(await rejection(pool.lease({ instance }))).toMatchObject({ code: "INSTANCE_UNKNOWN" });
    }
    expect(await rejection(pool.restart(2))).toMatchObject({ code: "INSTANCE_UNKNOWN" });
  });
});

describe("a key", () => {
  test("reaches the same instance, even when its requests came before any was ready", async () => {
    await using pool = createPool({ adapter: jsonLines({ cancel }), size: 3 });
    const first = ["a", "b", "c"].map((key) => pool.run({ sleep: 60_000 }, { key }));
    const next = ["b", "a", "c", "a"].map((key) => place(pool.run({ echo: 1 }, { key })));
    // Only when each runs: the first one that is ready would serve them all.
    const [a, b, c] = await Promise.all(first.map((turn) => turn.assigned));
    const given = first.map(rejection);
    for (const turn of first) turn.cancel();
    await Promise.all(given);
    expect(new Set([a, b, c]).size).toBe(3);
    expect(await Promise.all(next)).toEqual([b, a, c, a]);
  });

  test("waits for its instance although another one is free, and its requests keep their order", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    await pool.ready();
    const seen = await Promise.all([
      pool.run({ sleep: 30 }, { key: "a" }),
      pool.run({ remember: 1 }, { key: "a" }),
      pool.run({ remember: 2 }, { key: "a" }),
      pool.run({ recall: true }, { key: "a" }),
    ]);
    expect(seen[3]).toEqual([1, 2]);
  });

  test("whose process died goes on elsewhere, its waiting requests too", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2, restart: { intensity: 0 } });
    await pool.ready();
    const dying = rejection(pool.run({ exit: 1 }, { key: "a" }));
    const waiting = pool.run({ echo: "elsewhere" }, { key: "a" });
    expect(waiting.instance).toBeNull();
    expect(await dying).toMatchObject({ code: "PROCESS_EXITED" });
    expect(await waiting).toBe("elsewhere");
    expect(await waiting.assigned).toBe(1);
    expect(await pool.run({ echo: 1 }, { key: "a" })).toBe(1);
  });

  test("is not bound any more to an instance that has forgotten", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    await pool.ready();
    await pool.run({ remember: 1 }, { key: "a", release: "reset" });
    await using lease = await pool.lease({ instance: 0 });
    expect(lease.instance).toBe(0);
    expect(await place(pool.run({ echo: 1 }, { key: "a" }))).toBe(1);
  });

  test("goes elsewhere when its instance leaves the pool or is stopped", async () => {
    await using pool = createPool({ adapter: jsonLines({ cancel }), size: 2 });
    await pool.ready();
    await using _other = await pool.lease({ instance: 0 });
    const lease = await pool.lease({ key: "a" });
    expect(lease.instance).toBe(1);
    const waiting = pool.run({ echo: "here" }, { key: "a" });
    const shrunk = pool.resize(1);
    await _other.release();
    expect(await waiting).toBe("here");
    expect(await waiting.assigned).toBe(0);
    await lease.release();
    await shrunk;
  });
});

test("a key does not stick to the number of an instance that was taken away and came back", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 2 });
  await pool.ready();
  const first = await pool.lease({ instance: 0 });
  await pool.run({ echo: 1 }, { key: "a" });
  await first.release();
  await pool.resize(1);
  await pool.resize(2);
  await pool.ready();
  const other = await pool.lease({ instance: 1 });
  expect(await place(pool.run({ echo: 1 }, { key: "a" }))).toBe(0);
  await other.release();
});

test("avoided instances are taken only when there is no other", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 2 });
  await pool.ready();
  expect(await place(pool.run({ echo: 1 }, { avoid: [0] }))).toBe(1);
  expect(await place(pool.run({ echo: 1 }, { avoid: [1] }))).toBe(0);
  await using lease = await pool.lease({ avoid: [0] });
  expect(lease.instance).toBe(1);
  expect(await place(pool.run({ echo: 1 }, { avoid: [0] }))).toBe(0);
});

test("more waiting requests than maxQueue are refused, leases too", async () => {
  await using pool = createPool({ adapter: jsonLines(), maxQueue: 1 });
  await pool.ready();
  const running = pool.run({ sleep: 30 });
  const waiting = pool.run({ echo: 1 });
  expect(await rejection(pool.run({ echo: 2 }))).toMatchObject({
    code: "QUEUE_FULL",
    message: expect.stringContaining("maxQueue"),
  });
  expect(await rejection(pool.lease())).toMatchObject({ code: "QUEUE_FULL" });
  await Promise.all([running, waiting]);
  expect(pool.status()).toMatchObject({ accepted: 3, done: 2, failed: 1, queued: 0 });
});
