import { afterAll, describe, expect, test } from "vitest";
import { createPool, type Pool, type RunOptions } from "../../src/index.ts";
import { cancel, expectNoProcessLeft, jsonLines, onceTool, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

// biome-ignore lint/suspicious/noExplicitAny: the fake tool takes and gives any JSON
type AnyPool = Pool<any, any>;

/** Queues requests while the only instance is taken, and returns the order in which they were served. */
async function servedOrder(
  pool: AnyPool,
  requests: readonly (readonly [name: string, options: RunOptions])[],
): Promise<readonly string[]> {
  const lease = await pool.lease();
  const turns = requests.map(([name, options]) => pool.run({ remember: name }, options));
  await lease.release("keep");
  await Promise.all(turns);
  return pool.run({ recall: true });
}

describe("priority", () => {
  test("serves higher ones first, and equal ones in the order of arrival", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    const order = await servedOrder(pool, [
      ["later", { priority: -1 }],
      ["first by default", {}],
      ["second by default", { priority: 0 }],
      ["urgent", { priority: 10 }],
      ["urgent for it", { priority: 10, instance: 0 }],
      ["less urgent", { priority: 0.5, key: "a" }],
    ]);
    expect(order).toEqual([
      "urgent",
      "urgent for it",
      "less urgent",
      "first by default",
      "second by default",
      "later",
    ]);
  });

  test("counts for leases too", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    const held = await pool.lease();
    const turn = pool.run({ recall: true });
    const lease = pool.lease({ priority: 1 });
    await held.release();
    const urgent = await lease;
    await urgent.run({ remember: "first" });
    await urgent.release();
    expect(await turn).toEqual(["first"]);
  });
});

describe("a fairness key", () => {
  test("keeps five thousand requests of one caller from starving three of another", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    await pool.ready();
    const backlog = Array.from({ length: 5_000 }, (_, n) =>
      pool.run({ echo: n }, { fairnessKey: "big" }),
    );
    const small = Array.from({ length: 3 }, (_, n) =>
      pool.run({ echo: n }, { fairnessKey: "small" }),
    );
    // Not until they are done: one of the processes may get no time while the other one serves many.
    await Promise.all(small.map((turn) => turn.assigned));
    const { done, running } = pool.status();
    expect(done + running).toBeLessThan(20);
    expect(await Promise.all(backlog)).toEqual(backlog.map((_, n) => n));
  });

  test("takes turns within a priority, and keeps a caller's own order", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    const order = await servedOrder(pool, [
      ["a1", { fairnessKey: "a" }],
      ["a2", { fairnessKey: "a" }],
      ["a3", { fairnessKey: "a", instance: 0 }],
      ["b1", { fairnessKey: "b" }],
      ["none1", {}],
      ["a urgent", { fairnessKey: "a", priority: 1 }],
      ["none2", {}],
    ]);
    expect(order).toEqual(["a urgent", "a1", "b1", "none1", "a2", "none2", "a3"]);
  });
});

describe("capacity", () => {
  test("lets producers in as fast as requests are served, and none is refused", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2, maxQueue: 3 });
    await pool.ready();
    let most = 0;
    const answers = await Promise.all(
      [0, 1, 2, 3].map(async (producer) => {
        const turns = [];
        for (let n = 0; n < 50; n += 1) {
          await pool.capacity();
          turns.push(pool.run({ echo: [producer, n] }));
          most = Math.max(most, pool.status().queued);
        }
        return Promise.all(turns);
      }),
    );
    expect(answers.flat()).toHaveLength(200);
    expect(most).toBe(3);
  });

  test("with maxQueue 0 waits for a free instance", async () => {
    await using pool = createPool({ adapter: jsonLines(), maxQueue: 0 });
    await pool.ready();
    const turns = [];
    for (let n = 0; n < 20; n += 1) {
      await pool.capacity();
      const turn = pool.run({ echo: n });
      turns.push(turn);
      expect(await rejection(pool.run({ echo: n }))).toMatchObject({ code: "QUEUE_FULL" });
      if (n % 2 === 0) await turn;
    }
    expect(await Promise.all(turns)).toHaveLength(20);
  });

  test("leaves the place of one who sends nothing to the next", async () => {
    await using pool = createPool({ adapter: jsonLines(), maxQueue: 1 });
    const lease = await pool.lease();
    const queued = pool.run({ echo: 1 });
    const idle = pool.capacity();
    const eager = pool.capacity().then(() => pool.run({ echo: 2 }));
    await lease.release();
    await idle;
    expect(await Promise.all([queued, eager])).toEqual([1, 2]);
  });

  test("gives up with its signal, and rejects when the pool takes no more", async () => {
    const pool = createPool({ adapter: jsonLines({ cancel }), maxQueue: 1 });
    const lease = await pool.lease();
    const queued = pool.run({ echo: 1 });
    const giveUp = new AbortController();
    const givenUp = rejection(pool.capacity({ signal: giveUp.signal }));
    const waiting = rejection(pool.capacity());
    giveUp.abort(new Error("enough"));
    expect(await givenUp).toMatchObject({
      code: "WAIT_CANCELLED",
      message: "The wait was given up by its caller: enough",
      cause: giveUp.signal.reason,
    });
    const drained = pool.drain();
    expect(await waiting).toMatchObject({ code: "POOL_CLOSED" });
    expect(await rejection(pool.capacity())).toMatchObject({ code: "POOL_CLOSED" });
    await lease.release();
    expect(await queued).toBe(1);
    await drained;
    await pool.shutdown();
  });

  test("comes when one who waits gives up, and when nobody can serve any more", async () => {
    await using pool = createPool({ adapter: jsonLines(), maxQueue: 1 });
    const lease = await pool.lease();
    const queued = pool.run({ echo: 1 });
    const room = pool.capacity();
    queued.cancel();
    await room;
    expect(await rejection(queued)).toMatchObject({ code: "TURN_CANCELLED" });
    const next = rejection(pool.run({ echo: 2 }));
    const hopeless = pool.capacity();
    await pool.stop(0);
    await hopeless;
    expect(await next).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
    await lease.release();
  });
});

describe("a request for an instance that serves no more", () => {
  test("takes any other one when it may, in its old place in the queue", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    const leases = [await pool.lease({ instance: 0 }), await pool.lease({ instance: 1 })];
    const insisting = rejection(pool.run({ echo: 1 }, { instance: 1 }));
    const willing = pool.run({ remember: "willing" }, { instance: 1, whenGone: "any" });
    const keyed = pool.run(
      { remember: "keyed" },
      { instance: 1, key: "a", priority: 1, whenGone: "any" },
    );
    const shared = pool.run({ remember: "shared" });
    const resized = pool.resize(1);
    expect(await insisting).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
    await Promise.all(leases.map((lease) => lease.release()));
    await Promise.all([willing, keyed, shared, resized]);
    expect(willing.instance).toBe(0);
    expect(await pool.run({ recall: true })).toEqual(["keyed", "willing", "shared"]);
    expect(await pool.run({ echo: 7 }, { instance: 1, whenGone: "any" })).toBe(7);
  });

  test("rejects when there is no other one", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    await pool.ready();
    await pool.stop(0);
    const turn = pool.run({ echo: 1 }, { instance: 0, whenGone: "any" });
    expect(await rejection(turn)).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
  });
});

test("thousands of requests, half of them given up, each end once", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 2, maxQueue: 10_000 });
  const lease = await pool.lease();
  const turns = Array.from({ length: 6_000 }, (_, n) =>
    pool.run(
      { echo: n },
      { priority: n % 3, fairnessKey: `caller ${n % 7}`, ...(n % 5 === 0 ? { key: "a" } : {}) },
    ),
  );
  for (const [n, turn] of turns.entries()) if (n % 2 === 1) turn.cancel();
  await lease.release();
  const outcomes = await Promise.allSettled(turns);
  outcomes.forEach((outcome, n) => {
    if (outcome.status === "fulfilled") expect(outcome.value).toBe(n);
    else expect(outcome.reason).toMatchObject({ code: "TURN_CANCELLED" });
  });
  expect(pool.status()).toMatchObject({ accepted: 6_000, running: 0, queued: 0 });
  expect(pool.status().failed).toBe(3_000);
});

test("one-shot tools are served by priority too", async () => {
  await using pool = createPool({
    adapter: onceTool(([text = ""]) => ({ file: "echo", args: [text] })),
  });
  const order: string[] = [];
  const note = (answer: string): number => order.push(answer);
  await Promise.all([
    pool.run(["at once"]).then(note),
    pool.run(["later"]).then(note),
    pool.run(["urgent"], { priority: 1 }).then(note),
  ]);
  expect(order).toEqual(["at once", "urgent", "later"]);
});
