import { waitFor } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import {
  childProcessHost,
  createPool,
  type PoolEvent,
  type ProcessHost,
  type Turn,
} from "../../src/index.ts";
import { expectNoProcessLeft, jsonLines, jsonTool, rejection, running } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const state = (pool: { status(): { instances: readonly { state: string }[] } }, index = 0) =>
  pool.status().instances[index]?.state;

/** A turn that has reached its process; in an object, since to return a turn is to await it. */
async function begun<Result>(turn: Turn<Result>): Promise<{ readonly turn: Turn<Result> }> {
  for await (const event of turn) if (event.type === "started") break;
  return { turn };
}

describe("stop", () => {
  test("ends the process, rejects its turn with what happened, and those who want just it", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    await pool.ready();
    const running = rejection((await begun(pool.run({ sleep: 60_000 }, { instance: 0 }))).turn);
    const pinned = rejection(pool.run({ echo: 1 }, { instance: 0 }));
    await pool.stop(0);
    expect(await running).toMatchObject({
      code: "PROCESS_EXITED",
      message: expect.stringContaining("was ended because its instance was stopped in a turn"),
    });
    expect(await pinned).toMatchObject({
      code: "INSTANCE_UNAVAILABLE",
      message: expect.stringContaining("Instance 0 is stopped."),
    });
    expect(await rejection(pool.run({ echo: 1 }, { instance: 0 }))).toMatchObject({
      code: "INSTANCE_UNAVAILABLE",
    });
    expect(await pool.run({ echo: 1 })).toBe(1);
    expect(pool.health()).toEqual({
      total: 2,
      alive: 1,
      dead: 1,
      instances: [
        { index: 0, alive: false, state: "stopped" },
        { index: 1, alive: true, state: "ready" },
      ],
    });
  });

  test("of all instances rejects what waits for any", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    const waiting = rejection(pool.run({ echo: 1 }));
    await pool.stop(0);
    expect(await waiting).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
    await pool.start(0);
    expect(await pool.run({ echo: 1 })).toBe(1);
  });

  test("never gives a request to an instance that is being stopped", async () => {
    await using pool = createPool({ adapter: jsonLines(), size: 2 });
    await pool.ready();
    const stopped = pool.stop(0);
    const turns = Array.from({ length: 5 }, (_, n) => pool.run({ echo: n }));
    expect(await Promise.all(turns)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(await Promise.all(turns.map(({ assigned }) => assigned)))).toEqual(new Set([1]));
    await stopped;
  });

  test("does not wait for a start, nor for a backoff", async () => {
    await using hangs = createPool({ adapter: jsonTool("hangs-at-start") });
    const ready = rejection(hangs.ready());
    await waitFor(() => hangs.status().instances[0]?.alive, { what: "the process" });
    const began = performance.now();
    await hangs.stop(0);
    expect(await ready).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
    await using crashes = createPool({
      adapter: jsonTool("exits-at-start"),
      restart: { backoffMs: 60_000, maxBackoffMs: 60_000 },
    });
    await waitFor(() => state(crashes) === "backoff", { what: "the backoff" });
    await crashes.stop(0);
    expect(state(crashes)).toBe("stopped");
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test("ends a process that its host brings up afterwards", async () => {
    const adapter = jsonTool("hangs-at-start");
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const host: ProcessHost = {
      ...childProcessHost(),
      async start(spec) {
        asked.resolve();
        await goOn.promise;
        return childProcessHost().start(spec, new AbortController().signal);
      },
    };
    await using pool = createPool({ adapter: { ...adapter, host } });
    await asked.promise;
    const stopped = pool.stop(0);
    goOn.resolve();
    await stopped;
    expect(running()).toEqual([]);
    expect(pool.status().instances[0]).toMatchObject({ state: "stopped", alive: false });
  });

  test("stays down, although its process died by itself at the same time", async () => {
    await using pool = createPool({ adapter: jsonLines(), restart: { backoffMs: 0 } });
    await pool.ready();
    const turn = rejection(pool.run({ exit: 1 }));
    await waitFor(() => state(pool) !== "ready", { what: "the exit", intervalMs: 0 });
    await pool.stop(0);
    await turn;
    expect(state(pool)).toBe("stopped");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(state(pool)).toBe("stopped");
  });

  test("twice, and a start in between, each take effect in their order", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    const first = pool.stop(0);
    const started = pool.start(0);
    await Promise.all([first, started]);
    expect(state(pool)).toBe("ready");
    const restarted = rejection(pool.restart(0));
    await Promise.all([pool.stop(0), pool.stop(0)]);
    expect(await restarted).toMatchObject({
      code: "INSTANCE_UNAVAILABLE",
      message: "Instance 0 was stopped.",
    });
    expect(state(pool)).toBe("stopped");
  });
});

describe("restart", () => {
  test("replaces the process once, rejects its turn, and keeps those who wait for it", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    await pool.ready();
    const pid = pool.status().instances[0]?.pid;
    const running = rejection((await begun(pool.run({ sleep: 60_000 }))).turn);
    const pinned = pool.run({ pid: true }, { instance: 0 });
    const shared = pool.run({ echo: 1 });
    await pool.restart(0);
    expect(await running).toMatchObject({
      code: "PROCESS_EXITED",
      message: expect.stringContaining("was ended because its instance was restarted in a turn"),
    });
    const next = await pinned;
    expect(next).not.toBe(pid);
    expect(await shared).toBe(1);
    // No duplicate: one process before, one after.
    expect(pool.status().instances[0]).toMatchObject({ pid: next, generation: 2, state: "ready" });
  });

  test("during a backoff begins at once", async () => {
    await using pool = createPool({
      adapter: jsonTool("dies-in-turn", ["--when", "die"]),
      restart: { backoffMs: 60_000, maxBackoffMs: 60_000 },
    });
    expect(await rejection(pool.run("die"))).toMatchObject({ code: "PROCESS_EXITED" });
    expect(state(pool)).toBe("backoff");
    const waiting = pool.run("waits");
    await pool.restart(0);
    expect(await waiting).toBe("waits");
  });

  test("several at once are one", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    await pool.ready();
    await Promise.all([pool.restart(0), pool.restart(0), pool.restart(0)]);
    expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
  });

  test("during a start begins again", async () => {
    await using pool = createPool({ adapter: jsonTool("slow-start", ["--delay-ms", "50"]) });
    await waitFor(() => pool.status().instances[0]?.alive, { what: "the process" });
    await pool.restart(0);
    expect(await pool.run("x")).toBe("x");
    expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
  });
});

test("start brings a stopped and a failed instance back, and leaves a ready one alone", async () => {
  await using pool = createPool({ adapter: jsonLines(), restart: { intensity: 0 } });
  await pool.start(0);
  await pool.start(0);
  expect(pool.status().instances[0]?.generation).toBe(1);
  await rejection(pool.run({ exit: 1 }));
  expect(state(pool)).toBe("failed");
  await Promise.all([pool.start(0), pool.start(0)]);
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
});

test("events tell a process's life in order", async () => {
  const pool = createPool({ adapter: jsonLines() });
  const events: PoolEvent[] = [];
  const unsubscribe = pool.subscribe((event) => events.push(event));
  await pool.run({ echo: 1 });
  await pool.shutdown();
  unsubscribe();
  const told = events.map((event) => (event.type === "instance.state" ? event.state : event.type));
  expect(told).toEqual([
    "request.accepted",
    "starting",
    "process.starting",
    "process.ready",
    "ready",
    "turn.started",
    "turn.ended",
    "stopping",
    "process.ended",
    "stopped",
  ]);
  expect(events.at(-2)).toMatchObject({ type: "process.ended", generation: 0, reason: "shutdown" });
  expect(pool.status().instances[0]).toMatchObject({
    lastExit: { kind: "signal", signal: "SIGTERM" },
    endedAt: expect.any(Number),
    startedAt: expect.any(Number),
  });
});
