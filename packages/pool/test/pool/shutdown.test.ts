import { isAlive, waitFor } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import { childProcessHost, createPool, type PoolEvent, type ProcessHost } from "../../src/index.ts";
import {
  expectNoProcessLeft,
  jsonLines,
  jsonTool,
  quick,
  rejection,
  running,
} from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("what is queued and running rejects with POOL_CLOSED, and no process is left", async () => {
  const pool = createPool({ adapter: jsonLines(), size: 2 });
  await pool.ready();
  const turns = Array.from({ length: 5 }, () => rejection(pool.run({ sleep: 60_000 })));
  const pinned = rejection(pool.run({ echo: 1 }, { instance: 1 }));
  const lease = rejection(pool.lease());
  await pool.shutdown();
  expect(running()).toEqual([]);
  for (const error of await Promise.all([...turns, pinned, lease])) {
    expect(error).toMatchObject({ code: "POOL_CLOSED" });
  }
  expect(pool.status()).toMatchObject({
    state: "closed",
    accepted: 6,
    done: 0,
    failed: 6,
    running: 0,
    queued: 0,
  });
  expect(pool.health()).toMatchObject({ alive: 0, dead: 2 });
});

test("a pool that is shut down takes nothing more, and says so", async () => {
  const pool = createPool({ adapter: jsonLines() });
  const lease = await pool.lease();
  await pool.shutdown();
  await pool.shutdown();
  const refused = [
    pool.run({ echo: 1 }),
    pool.lease(),
    pool.ready(),
    pool.start(0),
    pool.restart(0),
    pool.resize(2),
    lease.run({ echo: 1 }),
  ];
  for (const promise of refused) {
    expect(await rejection(promise)).toMatchObject({ code: "POOL_CLOSED" });
  }
  await lease.release();
  await pool.drain();
  await pool.stop(0);
});

test("during the start it leaves no process, whatever the start is at", async () => {
  for (const name of ["hangs-at-start", "slow-start", "exits-at-start"] as const) {
    for (const delay of [0, 1, 30]) {
      const pool = createPool({ adapter: jsonTool(name), size: 4 });
      const ready = rejection(pool.ready());
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      await pool.shutdown();
      expect(running()).toEqual([]);
      expect(await ready).toMatchObject({ code: "POOL_CLOSED" });
    }
  }
});

test("a restart and a resize that are under way do not outlive it", async () => {
  const pool = createPool({ adapter: jsonLines(), size: 2 });
  await pool.ready();
  await using lease = await pool.lease({ instance: 1 });
  const restart = rejection(pool.restart(0));
  const resizes = [pool.resize(1), pool.resize(8)];
  await pool.shutdown();
  await Promise.all(resizes);
  expect(await restart).toMatchObject({ code: expect.stringMatching(/UNAVAILABLE|CLOSED/) });
  expect(running()).toEqual([]);
  expect(lease.instance).toBe(1);
});

test("await using shuts down", async () => {
  let pid: number;
  {
    await using pool = createPool({ adapter: jsonLines() });
    pid = await pool.run({ pid: true });
    expect(isAlive(pid)).toBe(true);
  }
  expect(isAlive(pid)).toBe(false);
});

describe("drain", () => {
  test("waits for a lease that is just being taken", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    await pool.ready();
    const heard: string[] = [];
    const leasing = pool.lease();
    const drained = pool.drain().then(() => heard.push("drained"));
    const lease = await leasing;
    expect(await lease.run({ echo: 1 })).toBe(1);
    heard.push("answered");
    await lease.release();
    await drained;
    expect(heard).toEqual(["answered", "drained"]);
  });

  test("does not wait for leases that were refused or given up", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    await using held = await pool.lease();
    const caller = new AbortController();
    const refused = [pool.lease({ instance: 9 }), pool.lease({ signal: caller.signal })];
    const errors = refused.map((lease) => rejection(lease));
    const drained = pool.drain();
    caller.abort();
    expect((await Promise.all(errors)).map(({ code }) => code)).toEqual([
      "INSTANCE_UNKNOWN",
      "WAIT_CANCELLED",
    ]);
    await held.release();
    await drained;
  });

  test("lets everything end that was accepted, and takes nothing more", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    const turns = Array.from({ length: 6 }, (_, n) => pool.run({ sleep: 10 * n }));
    const drained = pool.drain();
    expect(pool.status().state).toBe("draining");
    expect(await rejection(pool.run({ echo: 1 }))).toMatchObject({ code: "POOL_CLOSED" });
    await drained;
    expect(pool.status()).toMatchObject({ done: 6, running: 0, queued: 0 });
    await Promise.all(turns);
  });

  test("waits for leases, which may go on", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    const lease = await pool.lease();
    let over = false;
    const drained = pool.drain().then(() => {
      over = true;
    });
    expect(await lease.run({ echo: 1 })).toBe(1);
    expect(over).toBe(false);
    await lease.release();
    await drained;
  });

  test("is over when the pool shuts down, although a lease is still out", async () => {
    const pool = createPool({ adapter: quick() });
    const lease = await pool.lease();
    const drained = pool.drain();
    await pool.shutdown();
    await drained;
    await lease.release();
  });

  test("is not held up by a lease whose wait was given up", async () => {
    await using pool = createPool({ adapter: jsonTool("hangs-at-start") });
    const controller = new AbortController();
    const waiting = rejection(pool.lease({ signal: controller.signal }));
    const drained = pool.drain();
    controller.abort();
    expect(await waiting).toMatchObject({ code: "WAIT_CANCELLED" });
    await drained;
  });

  test("of an idle pool is over at once", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    await pool.drain();
  });
});

describe("the termination ladder", () => {
  test("ends a tool that ignores SIGTERM by SIGKILL, after the grace", async () => {
    const pool = createPool({ adapter: jsonTool("ignores-sigterm"), graceMs: 60_000 });
    const events: PoolEvent[] = [];
    pool.subscribe((event) => events.push(event));
    await pool.ready();
    const began = performance.now();
    await pool.shutdown({ timeoutMs: 50 });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "process.ended",
        reason: "shutdown",
        exit: { kind: "signal", signal: "SIGKILL" },
      }),
    );
  });

  test("goes on sooner when a second shutdown has less patience", async () => {
    const pool = createPool({ adapter: jsonTool("ignores-sigterm"), graceMs: 3_600_000 });
    await pool.ready();
    const first = pool.shutdown();
    await pool.shutdown({ timeoutMs: 20 });
    await first;
    expect(running()).toEqual([]);
  });

  test("kills a stopped process", async () => {
    const pool = createPool({ adapter: jsonLines(), graceMs: 50 });
    await pool.ready();
    process.kill(pool.status().instances[0]?.pid ?? 0, "SIGSTOP");
    await pool.shutdown();
    expect(running()).toEqual([]);
  });

  test("begins with the connection's goodbye, between turns, and goes on when that hangs or fails", async () => {
    const adapter = jsonLines();
    const goodbyes = [
      () => new Promise<void>(() => {}),
      () => Promise.reject(new Error("no")),
      () => {
        throw new Error("no");
      },
      async () => {},
    ];
    for (const close of goodbyes) {
      let asked = 0;
      const pool = createPool({
        adapter: {
          ...adapter,
          connect: (process, slot) => ({
            ...adapter.connect(process, slot),
            close: () => {
              asked += 1;
              return close();
            },
          }),
        },
        graceMs: 100,
      });
      await pool.ready();
      const events: PoolEvent[] = [];
      pool.subscribe((event) => events.push(event));
      await pool.shutdown();
      expect(asked).toBe(1);
      expect(running()).toEqual([]);
      const end = events.find(({ type }) => type === "process.ended");
      // After a goodbye it goes by itself, at the end of its input.
      if (close === goodbyes[3]) expect(end).toMatchObject({ exit: { kind: "code", code: 0 } });
    }
  });

  test("ends what the tool has started in its group", async () => {
    const pool = createPool({ adapter: jsonTool("grandchild") });
    const { pid } = await pool.run("x");
    expect(isAlive(pid)).toBe(true);
    await pool.shutdown();
    expect(isAlive(pid)).toBe(false);
  });

  test("ends what a crashed tool has left in its group, although that holds its stdout", async () => {
    await using pool = createPool({ adapter: jsonTool("holds-stdout-in-grandchild") });
    const began = performance.now();
    const { pid } = await pool.run("x");
    await waitFor(() => !isAlive(pid), { what: "the end of the grandchild" });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("a host", () => {
  const disposable = (dispose: () => Promise<void>): ProcessHost => ({
    ...childProcessHost(),
    dispose,
  });

  test("that a function made for the pool is disposed of at shutdown", async () => {
    let disposed = 0;
    const host = (): ProcessHost =>
      disposable(async () => {
        disposed += 1;
      });
    const pools = [1, 2].map(() => createPool({ adapter: { ...jsonLines(), host } }));
    await Promise.all(pools.map((pool) => pool.ready()));
    await pools[0]?.shutdown();
    expect(disposed).toBe(1);
    expect(await pools[1]?.run({ echo: 1 })).toBe(1);
    await pools[1]?.shutdown();
    expect(disposed).toBe(2);
  });

  test("that the caller made stays the caller's", async () => {
    let disposed = 0;
    const host = disposable(async () => {
      disposed += 1;
    });
    const pool = createPool({ adapter: { ...jsonLines(), host } });
    await pool.ready();
    await pool.shutdown();
    expect(disposed).toBe(0);
  });

  test("that cannot be disposed of fails the shutdown after all is ended", async () => {
    const host = (): ProcessHost =>
      disposable(() => Promise.reject(new Error("the server did not answer")));
    const pool = createPool({ adapter: { ...jsonLines(), host } });
    await pool.ready();
    expect(await rejection(pool.shutdown())).toMatchObject({
      message: "the server did not answer",
    });
    expect(running()).toEqual([]);
  });
});
