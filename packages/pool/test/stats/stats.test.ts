import { afterAll, describe, expect, test } from "vitest";
import { createPool, type PoolEvent } from "../../src/index.ts";
import {
  cancel,
  expectNoProcessLeft,
  jsonLines,
  jsonTool,
  onceTool,
  rejection,
} from "../support/tools.ts";

afterAll(expectNoProcessLeft);

describe("stats", () => {
  test("of a new pool are plain data without a request", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 3, start: "lazy", maxQueue: 7 });
    const stats = pool.stats();
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(stats).toMatchObject({
      tool: "json-lines",
      requests: { accepted: 0, failed: 0, failedByCode: {}, failedByClass: {}, questions: 0 },
      waitMs: { count: 0, p99_9: 0 },
      queue: { waiting: 0, mostWaiting: 0, limit: 7 },
      instances: { idle: 3, ready: 0 },
      occupancy: { free: 3, leased: 0, resetting: 0 },
      processes: { started: 0, endedByReason: {} },
      utilisation: { sinceStart: 0, lastMinute: 0 },
    });
    expect(pool.stats().queue.limit).toBe(7);
    expect(createPool({ adapter: jsonLines(), size: 0 }).stats().queue.limit).toBeNull();
  });

  test("count every outcome by its code and class, waits and runs apart", async () => {
    await using pool = createPool({
      adapter: jsonLines({ cancel }),
      restart: { intensity: 5, backoffMs: 1 },
    });
    await pool.ready();
    expect(await pool.run({ sleep: 20 })).toBeDefined();
    const failures = [
      pool.run({ fail: { class: "quota" } }),
      pool.run({ exit: 3 }),
      pool.run({ echo: 1 }, { instance: 9 }),
      pool.run({ sleep: 60_000 }, { turnTimeoutMs: 30 }),
    ];
    const givenUp = pool.run({ echo: 1 });
    givenUp.cancel();
    await Promise.all([...failures, givenUp].map(rejection));
    const lease = await pool.lease();
    await lease.run({ echo: 1 });
    await lease.run({ echo: 2 });
    await lease.release();
    await pool.ready();
    const { requests, waitMs, runMs, queue, processes, startMs } = pool.stats();
    expect(requests).toMatchObject({
      accepted: 8,
      done: 3,
      failed: 5,
      running: 0,
      queued: 0,
      failedByCode: {
        TOOL_FAILED: 1,
        PROCESS_EXITED: 1,
        INSTANCE_UNKNOWN: 1,
        TURN_TIMEOUT: 1,
        TURN_CANCELLED: 1,
      },
      failedByClass: { quota: 1, crash: 1, timeout: 1, none: 2 },
    });
    // Four turns and the lease have waited; those of the lease have not.
    expect(waitMs.count).toBe(5);
    expect(runMs).toMatchObject({ count: 6 });
    expect(runMs.max).toBeGreaterThanOrEqual(30);
    expect(runMs.p50).toBeLessThanOrEqual(runMs.p90);
    expect(runMs.p99_9).toBeLessThanOrEqual(runMs.max);
    expect(runMs.min).toBeLessThanOrEqual(runMs.mean);
    expect(queue).toMatchObject({ waiting: 0, limit: null });
    expect(queue.mostWaiting).toBeGreaterThanOrEqual(2);
    expect(processes).toMatchObject({ endedByReason: { exited: 1 }, ended: 1 });
    expect(processes.started).toBe(processes.restarted + 1);
    expect(startMs.count).toBe(processes.ready);
  });

  test("tell the states of this moment and how busy the instances are", async () => {
    await using pool = createPool({ adapter: jsonLines({ cancel }), size: 2 });
    await pool.ready();
    const lease = await pool.lease({ instance: 0 });
    const turn = rejection(pool.run({ sleep: 60_000 }, { instance: 1 }));
    const queued = rejection(pool.run({ echo: 1 }));
    await expect.poll(() => pool.status().running).toBe(1);
    const before = pool.stats();
    expect(before).toMatchObject({
      requests: { running: 1, queued: 1 },
      instances: { ready: 2 },
      occupancy: { free: 0, leased: 2 },
      queue: { waiting: 1, mostWaiting: 1 },
    });
    await expect.poll(() => pool.stats().utilisation.sinceStart).toBeGreaterThan(0.01);
    const { sinceStart, lastMinute } = pool.stats().utilisation;
    expect(sinceStart).toBeLessThan(1);
    expect(lastMinute).toBeGreaterThan(0);
    await lease.release();
    await pool.shutdown();
    await Promise.all([turn, queued]);
    const after = pool.stats();
    expect(after.occupancy).toEqual({ free: 2, leased: 0, resetting: 0 });
    expect(after.processes.endedByReason).toEqual({ shutdown: 2 });
    expect(after.ageMs).toBeGreaterThan(before.ageMs);
  });

  test("count the processes and states of what cannot start, and one-shot processes", async () => {
    await using failing = createPool({
      adapter: jsonTool("exits-at-start"),
      restart: { intensity: 1, backoffMs: 1 },
    });
    await rejection(failing.ready());
    expect(failing.stats()).toMatchObject({
      instances: { failed: 1 },
      processes: { started: 2, restarted: 1, ready: 0, ended: 2, endedByReason: { exited: 2 } },
      startMs: { count: 0 },
    });
    await using once = createPool({
      adapter: onceTool(([text = ""]) => ({ file: "echo", args: [text] })),
    });
    await Promise.all([once.run(["a"]), once.run(["b"])]);
    await once.drain();
    await expect.poll(() => once.stats().processes.ended).toBe(2);
    expect(once.stats()).toMatchObject({ runMs: { count: 2 }, requests: { done: 2 } });
  });
});

test("every request is told of when it is accepted, and one that never begins when it is refused", async () => {
  await using pool = createPool({ adapter: jsonLines(), maxQueue: 1 });
  await pool.ready();
  const events: PoolEvent[] = [];
  const sums: boolean[] = [];
  pool.subscribe((event) => {
    const { accepted, done, failed, running, queued } = pool.status();
    sums.push(accepted === done + failed + running + queued);
    if ("turn" in event && event.type !== "turn.progress") events.push(event);
  });
  const lease = await pool.lease();
  const leased = lease.run({ echo: 1 });
  const [waits, full] = [pool.run({ echo: 2 }), pool.run({ echo: 3 })];
  const refused = await rejection(full);
  expect(refused).toMatchObject({ code: "QUEUE_FULL" });
  await leased;
  await lease.release();
  await waits;
  const told = [1, 2, 3].map((turn) =>
    events.flatMap((event) => ("turn" in event && event.turn === turn ? [event.type] : [])),
  );
  expect(told).toEqual([
    ["request.accepted", "turn.started", "turn.ended"],
    ["request.accepted", "turn.started", "turn.ended"],
    ["request.accepted", "request.refused"],
  ]);
  expect(events.slice(0, 3)).toMatchObject([
    { turn: 1, queued: 1 },
    { turn: 2, queued: 2 },
    { turn: 3, queued: 3 },
  ]);
  expect(events.find(({ type }) => type === "request.refused")).toMatchObject({
    code: "QUEUE_FULL",
  });
  expect(sums.every(Boolean)).toBe(true);
});
