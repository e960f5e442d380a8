import { afterAll, describe, expect, test } from "vitest";
import { createPool, type PoolEvent } from "../../src/index.ts";
import {
  cancel,
  expectNoProcessLeft,
  jsonLines,
  jsonTool,
  quick,
  rejection,
  running,
} from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("turns of a lease share one process, and nobody else's come between", async () => {
  await using pool = createPool({ adapter: jsonLines(), cwd: "/" });
  {
    await using lease = await pool.lease();
    expect(lease).toMatchObject({ instance: 0, cwd: "/" });
    await lease.run({ remember: "x" });
    const other = pool.run({ recall: true });
    expect(await lease.run({ recall: true })).toEqual(["x"]);
    await lease.run({ remember: "y" });
    expect(pool.status()).toMatchObject({ queued: 1, running: 0, done: 3 });
    expect(pool.status().instances[0]?.occupancy).toBe("leased");
    await lease.release();
    expect(await other).toEqual(["x", "y"]);
  }
  expect(pool.status().instances[0]?.occupancy).toBe("free");
});

test("one turn at a time: a second one is refused with LEASE_BUSY", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  await using lease = await pool.lease();
  const first = lease.run({ sleep: 30 });
  expect(await rejection(lease.run({ echo: 1 }))).toMatchObject({ code: "LEASE_BUSY" });
  expect(await first).toBeNull();
  expect(await lease.run({ echo: 2 })).toBe(2);
  expect(pool.status()).toMatchObject({ accepted: 3, done: 2, failed: 1 });
});

test("a released lease runs nothing, and to release it again does nothing", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const lease = await pool.lease();
  await lease.release();
  await lease.release("replace");
  expect(await rejection(lease.run({ echo: 1 }))).toMatchObject({ code: "LEASE_RELEASED" });
  expect(pool.status().instances[0]).toMatchObject({ occupancy: "free", generation: 1 });
});

test("a start that meets the replacement of a process does not bring up a second one", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const lease = await pool.lease();
  const released = lease.release("replace");
  await Promise.all([released, pool.start(0)]);
  await pool.ready();
  expect(running()).toHaveLength(1);
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
});

test("a release cancels the turn in flight first", async () => {
  await using pool = createPool({ adapter: jsonLines({ cancel }) });
  const lease = await pool.lease();
  const turn = rejection(lease.run({ sleep: 60_000 }));
  await lease.release();
  expect(await turn).toMatchObject({
    code: "TURN_CANCELLED",
    message: expect.stringContaining("The lease was released."),
  });
  expect(await pool.run({ echo: 1 })).toBe(1);
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("a lease whose process crashed says that its context is gone, also once a new one is there", async () => {
  await using pool = createPool({ adapter: jsonLines(), restart: { backoffMs: 1 } });
  await using lease = await pool.lease();
  expect(await rejection(lease.run({ exit: 3 }))).toMatchObject({
    exit: { kind: "code", code: 3 },
  });
  await pool.ready();
  expect(await rejection(lease.run({ echo: 1 }))).toMatchObject({
    code: "PROCESS_EXITED",
    message: expect.stringContaining("the context of this lease is gone"),
  });
  await lease.release();
  expect(await pool.run({ echo: 1 })).toBe(1);
});

test("a turn that times out without an interrupt ends the conversation of its lease", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  await using lease = await pool.lease();
  const slow = lease.run({ sleep: 60_000 }, { turnTimeoutMs: 20 });
  expect(await rejection(slow)).toMatchObject({ code: "TURN_TIMEOUT" });
  expect(await rejection(lease.run({ echo: 1 }))).toMatchObject({
    code: expect.stringMatching(/PROCESS_EXITED|INSTANCE_UNAVAILABLE/),
  });
});

describe("what becomes of the context", () => {
  test("keep keeps it", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    await pool.run({ remember: "x" });
    expect(await pool.run({ recall: true })).toEqual(["x"]);
  });

  test("reset makes the tool forget, in the same process", async () => {
    await using pool = createPool({ adapter: jsonLines(), afterTurn: "reset" });
    const pid = await pool.run({ pid: true });
    await pool.run({ remember: "x" });
    expect(await pool.run({ recall: true })).toEqual([]);
    expect(await pool.run({ pid: true })).toBe(pid);
  });

  test("reset replaces a process that cannot forget, or does not in time, or fails to", async () => {
    const never = { reset: (id: number) => ({ id, ignored: true, request: { sleep: 60_000 } }) };
    const failing = { reset: (id: number) => ({ id, request: { fail: { class: "refused" } } }) };
    for (const adapter of [jsonTool("json-lines"), jsonLines(never), jsonLines(failing)]) {
      await using pool = createPool({ adapter, resetTimeoutMs: 50 });
      const events: PoolEvent[] = [];
      pool.subscribe((event) => events.push(event));
      await pool.run({ remember: "x" }, { release: "reset" });
      expect(await pool.run({ recall: true })).toEqual([]);
      expect(pool.status().instances[0]?.generation).toBe(2);
      expect(events).toContainEqual(
        expect.objectContaining({ type: "process.ended", reason: "reset" }),
      );
    }
  });

  test("replace brings a new process, and requests wait for it", async () => {
    await using pool = createPool({ adapter: jsonLines() });
    const pid = await pool.run({ pid: true }, { release: "replace" });
    expect(await pool.run({ pid: true })).not.toBe(pid);
    await using lease = await pool.lease();
    await lease.release("replace");
    expect(await pool.run({ echo: 1 })).toBe(1);
    expect(pool.status().instances[0]?.generation).toBe(3);
  });

  test("nothing is done to a process that came up during the turn", async () => {
    for (const release of ["reset", "replace"] as const) {
      await using pool = createPool({ adapter: quick() });
      await pool.ready();
      const turn = pool.run("mute", { release });
      const failure = rejection(turn);
      await turn.assigned;
      await pool.restart(0);
      expect(await failure).toMatchObject({ code: "PROCESS_EXITED" });
      await pool.run("answer", { release: "keep" });
      expect(pool.status().instances[0]?.generation).toBe(2);
    }
  });

  test("while it resets, nobody gets it", async () => {
    const adapter = jsonLines({ reset: (id) => ({ id, request: { sleep: 60 } }) });
    await using pool = createPool({ adapter });
    await pool.run({ echo: 1 }, { release: "reset" });
    expect(pool.status().instances[0]?.occupancy).toBe("resetting");
    expect(await pool.run({ echo: 2 })).toBe(2);
    expect(pool.status().instances[0]?.generation).toBe(1);
  });
});

test("a folder that cannot be told gives the instance back", async () => {
  let fail = false;
  await using pool = createPool({
    adapter: jsonLines(),
    cwd: () => {
      if (fail) throw new Error("no worktree left");
      return "/";
    },
  });
  await pool.ready();
  fail = true;
  expect(await rejection(pool.lease())).toMatchObject({ message: "no worktree left" });
  expect(pool.status().instances[0]?.occupancy).toBe("free");
  expect(await pool.run({ echo: 1 })).toBe(1);
});

test("leases wait their turn among requests", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const order: string[] = [];
  const first = pool.run({ sleep: 20 }).then(() => order.push("run 1"));
  const lease = pool.lease().then(async (taken) => {
    order.push("lease");
    await taken.release();
  });
  const last = pool.run({ echo: 1 }).then(() => order.push("run 2"));
  await Promise.all([first, lease, last]);
  expect(order).toEqual(["run 1", "lease", "run 2"]);
});

test("a lease whose process has just exited says so, while what that has left behind is still ended", async () => {
  await using pool = createPool({ adapter: quick() });
  await using lease = await pool.lease();
  // A child that holds its stdout keeps it from having ended for a moment.
  await lease.run("child");
  const exited = new Promise<void>((resolve) => {
    pool.subscribe((event) => {
      if (event.type === "instance.state" && event.state === "stopping") resolve();
    });
  });
  await rejection(lease.run("answer-and-die")).catch(() => {});
  await exited;
  expect(await rejection(lease.run("answer"))).toMatchObject({ code: "PROCESS_EXITED" });
});
