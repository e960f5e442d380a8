import { waitFor } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import {
  createPool,
  lineProtocol,
  PoolError,
  type PoolEvent,
  type ToolAdapter,
} from "../../src/index.ts";
import { FirstStarts } from "../../src/instance/first-starts.ts";
import { JumpClock } from "../properties/model/jump-clock.ts";
import { expectNoProcessLeft, jsonTool, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const START_TIMEOUT_MS = 60_000;

/** Lets each start time out as soon as it has begun, and each wait pass, until enough is enough. */
function startsTimeOut(
  pool: { subscribe(listener: (event: PoolEvent) => void): unknown },
  clock: JumpClock,
  told: readonly PoolEvent["type"][],
): Promise<void> {
  return new Promise((resolve) => {
    let events = 0;
    pool.subscribe((event) => {
      if (!told.includes(event.type)) return;
      events += 1;
      if (("state" in event && event.state === "failed") || events > 100) resolve();
      else setImmediate(() => clock.jump(START_TIMEOUT_MS));
    });
  });
}

const never = new Promise<never>(() => {});

/** A tool that is there, and never takes a request. */
function neverReady() {
  const tool = {
    name: "never",
    /** Its processes so far. */
    connected: 0,
    command: () => ({ file: "sleep", args: ["600"], env: markedEnvironment }),
    connect() {
      tool.connected += 1;
      return { ready: () => never, run: () => never };
    },
  };
  return tool;
}

/** Lets two rounds of so many starts time out. */
async function letTimeOut(
  tool: { readonly connected: number },
  clock: JumpClock,
  atOnce: number,
): Promise<void> {
  for (const round of [1, 2]) {
    const what = `the starts of round ${round}`;
    await waitFor(() => tool.connected >= round * atOnce, { what });
    clock.jump(START_TIMEOUT_MS);
  }
}

test("an instance that is never started has its whole restart budget: that says nothing of the tool", async () => {
  const clock = new JumpClock();
  const adapter = { ...neverReady(), command: () => never };
  await using pool = createPool({ adapter, clock, startTimeoutMs: START_TIMEOUT_MS });
  const over = startsTimeOut(pool, clock, ["process.starting", "instance.state"]);
  const waiting = rejection(pool.run("anybody there?"));
  await over;
  expect(pool.status().instances[0]).toMatchObject({ state: "failed", generation: 6 });
  expect(await waiting).toMatchObject({
    code: "INSTANCE_UNAVAILABLE",
    message: expect.stringContaining("was not started within 60000 ms"),
  });
});

describe("a tool that was never ready", () => {
  test.each([
    [1, 1],
    [5, 2],
    [4, 8],
  ])(
    "with %i instances, %i starting at once, is given up after two start timeouts",
    async (size, startConcurrency) => {
      const clock = new JumpClock();
      const adapter = neverReady();
      await using pool = createPool({
        adapter,
        clock,
        size,
        startConcurrency,
        startTimeoutMs: START_TIMEOUT_MS,
      });
      const began = clock.elapsed();
      const waiting = rejection(pool.run("anybody there?"));
      const atOnce = Math.min(size, startConcurrency);
      await letTimeOut(adapter, clock, atOnce);
      expect(await waiting).toMatchObject({
        code: "INSTANCE_UNAVAILABLE",
        message: expect.stringMatching(
          /never was never ready, twice in a row, and is not started again.*was not ready within 60000 ms/,
        ),
      });
      expect(pool.status().instances.map(({ state }) => state)).toEqual(Array(size).fill("failed"));
      expect(adapter.connected).toBe(2 * atOnce);
      // Two of them, and whatever this machine took for the rest of it.
      expect(clock.elapsed() - began).toBeLessThan(3 * START_TIMEOUT_MS);
    },
  );

  test("is tried no more where an instance waits for its first request, until somebody restarts one", async () => {
    const clock = new JumpClock();
    let isWell = false;
    const tool = jsonTool("json-lines");
    const ill = neverReady();
    const adapter: typeof tool = {
      ...tool,
      command: (slot) => (isWell ? tool.command(slot) : ill.command()),
      connect: (process, slot) => (isWell ? tool.connect(process, slot) : ill.connect()),
    };
    await using pool = createPool({ adapter, clock, size: 2, start: "lazy" });
    const failed = { code: "INSTANCE_UNAVAILABLE", cause: { code: "START_TIMEOUT" } };
    const waiting = rejection(pool.run({ echo: 1 }, { instance: 0 }));
    await letTimeOut(ill, clock, 1);
    expect(await waiting).toMatchObject(failed);
    expect(await rejection(pool.run({ echo: 1 }))).toMatchObject(failed);
    expect(pool.status().instances).toMatchObject([{ generation: 2 }, { generation: 0 }]);
    isWell = true;
    await pool.restart(1);
    expect(await pool.run({ echo: 1 })).toBe(1);
  });

  test("has its whole restart budget where its folders took most of the time", async () => {
    const clock = new JumpClock();
    const tool = jsonTool("json-lines");
    const ill = neverReady();
    let asked = 0;
    const isWell = (): boolean => asked > 2;
    const adapter: typeof tool = {
      ...tool,
      command: (slot) => (isWell() ? tool.command(slot) : ill.command()),
      connect: (process, slot) => (isWell() ? tool.connect(process, slot) : ill.connect()),
    };
    const cwd = (): Promise<string> => {
      asked += 1;
      const here = process.cwd();
      if (isWell()) return Promise.resolve(here);
      return new Promise((resolve) => clock.after(50_000, () => resolve(here)));
    };
    await using pool = createPool({ adapter, clock, cwd, startTimeoutMs: START_TIMEOUT_MS });
    const told: PoolEvent[] = [];
    pool.subscribe((event) => told.push(event));
    const answer = pool.run({ echo: 1 });
    for (const round of [1, 2]) {
      await waitFor(() => asked === round, { what: "a start" });
      clock.jump(50_000);
      await waitFor(() => ill.connected === round, { what: "a process" });
      clock.jump(10_000);
    }
    expect(await answer).toBe(1);
    expect(told.filter(({ type }) => type === "process.late")).toEqual([]);
  });

  test("is late when its process is, however long its folder took", async () => {
    const clock = new JumpClock();
    const adapter = neverReady();
    const cwd = (): Promise<string> =>
      new Promise((resolve) => clock.after(20_000, () => resolve(process.cwd())));
    await using pool = createPool({ adapter, clock, cwd, startTimeoutMs: START_TIMEOUT_MS });
    const late: PoolEvent[] = [];
    pool.subscribe((event) => {
      if (event.type === "process.late") late.push(event);
    });
    void rejection(pool.run("anybody there?"));
    // The timer of the folder is there as soon as that of the start.
    await waitFor(() => clock.pending >= 2, { what: "a start" });
    clock.jump(20_000);
    await waitFor(() => adapter.connected === 1, { what: "a process" });
    clock.jump(15_000);
    await waitFor(() => late.length > 0, { what: "word of it" });
    expect(late).toMatchObject([{ startMs: 15_000 }]);
  });

  test("says what was awaited and what came instead, early and at the end", async () => {
    const adapter: ToolAdapter = {
      name: "misprompted",
      command: () => ({
        file: "sh",
        args: ["-c", "echo warming up >&2; printf 'hello\\n$ '; exec sleep 600"],
        env: markedEnvironment,
      }),
      connect: lineProtocol({ prompt: "> " }),
    };
    // It has said it long before.
    await using pool = createPool({ adapter, startTimeoutMs: 2_000, restart: { intensity: 0 } });
    const late = Promise.withResolvers<PoolEvent>();
    pool.subscribe((event) => {
      if (event.type === "process.late") late.resolve(event);
    });
    const known =
      'The prompt "> " was awaited and did not come. Spaces and line ends count. It printed last: "hello\\n$ ". On stderr it printed last: "warming up\\n".';
    expect(await rejection(pool.ready())).toMatchObject({
      code: "START_TIMEOUT",
      message: expect.stringMatching(
        /^misprompted was not ready within 2000 ms.*raise startTimeoutMs/,
      ),
    });
    expect((await rejection(pool.ready())).message).toContain(known);
    expect(await late.promise).toMatchObject({ instance: 0, generation: 0, startMs: 500 });
  });

  test("is tried again for each request where it is one-shot", async () => {
    const adapter: ToolAdapter = { ...neverReady(), capabilities: { oneShot: true } };
    await using pool = createPool({ adapter, startTimeoutMs: 500 });
    for (const request of ["1", "2", "3"]) {
      expect(await rejection(pool.run(request))).toMatchObject({
        code: "START_TIMEOUT",
        message: expect.stringMatching(/^never was not (?:ready|started) within/),
      });
    }
  });
});

test("what was ready before has its whole restart budget", async () => {
  const clock = new JumpClock();
  const tool = jsonTool("json-lines");
  const adapter: typeof tool = {
    ...tool,
    command: (slot) => (slot.generation === 0 ? tool.command(slot) : never),
  };
  await using pool = createPool({ adapter, clock, startTimeoutMs: START_TIMEOUT_MS });
  await pool.ready();
  const over = startsTimeOut(pool, clock, ["process.starting", "instance.state"]);
  expect(await rejection(pool.run({ exit: 1 }))).toMatchObject({ code: "PROCESS_EXITED" });
  await over;
  // The crash, and five starts after it.
  expect(pool.status().instances[0]).toMatchObject({ state: "failed", generation: 6 });
});

test("spares that are never ready are given up for a while", async () => {
  const clock = new JumpClock();
  const tool = jsonTool("json-lines");
  const adapter: typeof tool = {
    ...tool,
    command: (slot) => (slot.index === 0 ? tool.command(slot) : never),
  };
  const restart = { intensity: 2 };
  await using pool = createPool({ adapter, clock, restart, spares: 1 });
  const over = startsTimeOut(pool, clock, ["spare.state"]);
  await pool.ready();
  await over;
  expect(pool.status().spares).toMatchObject({
    ready: 0,
    detail: expect.stringContaining("was not started within 60000 ms"),
  });
  expect(await pool.run({ echo: 1 })).toBe(1);
});

test("what became ready when the others had been given up is started again", async () => {
  let now = 0;
  const starts = new FirstStarts("it", { elapsed: () => now });
  const begin = () => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const started = starts.begin((spawned) => {
      spawned();
      return promise;
    });
    return { started, resolve, late: () => reject(new PoolError("START_TIMEOUT", "Too late.")) };
  };
  const first = begin();
  now = 60;
  first.late();
  await rejection(first.started);
  const [second, slow] = [begin(), begin()];
  now = 120;
  second.late();
  expect(starts.final(await rejection(second.started))).toBe(true);
  slow.resolve("ready");
  expect(await slow.started).toBe("ready");
  const next = begin();
  next.resolve("ready again");
  expect(await next.started).toBe("ready again");
});
