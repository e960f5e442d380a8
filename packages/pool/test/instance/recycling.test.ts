import { waitFor } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import { childProcessHost, createPool, type PoolEvent } from "../../src/index.ts";
import { PING_INTERVAL_MS, PingClock } from "../support/ping-clock.ts";
import { expectNoProcessLeft, jsonLines, quick, running } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** The starts, readiness and ends of processes, in order. */
function lives(events: readonly PoolEvent[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.type === "process.ended") return [`${event.reason} ${event.generation}`];
    return event.type === "process.ready" ? [`ready ${event.generation}`] : [];
  });
}

test("a process makes way after so many turns, when its successor is ready", async () => {
  await using pool = createPool({ adapter: jsonLines(), recycle: { turns: 2 } });
  const first = await pool.run({ pid: true });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  // It is due with this turn, and goes on serving until the other one is there.
  expect(await pool.run({ pid: true })).toBe(first);
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", pid: first });
  await waitFor(() => lives(events).length === 2, { what: "the end of the first one" });
  expect(lives(events)).toEqual(["ready 1", "recycled 0"]);
  expect(events.some(({ type }) => type === "instance.state")).toBe(false);
  expect(await pool.run({ pid: true })).not.toBe(first);
  expect(pool.status().spares).toMatchObject({ ready: 0, starting: 0 });
});

test("a lease keeps its process: it goes when the lease ends", async () => {
  await using pool = createPool({ adapter: jsonLines(), recycle: { turns: 1 }, spares: 1 });
  const lease = await pool.lease();
  const pids = new Set<number>();
  for (let turn = 0; turn < 3; turn += 1) pids.add(await lease.run({ pid: true }));
  await waitFor(() => pool.status().spares.ready === 1, { what: "its successor" });
  pids.add(await lease.run({ pid: true }));
  expect(pids.size).toBe(1);
  await lease.release();
  expect(pids.has(await pool.run({ pid: true }))).toBe(false);
});

test("instances that are due are replaced one after the other, each in its folder", async () => {
  await using pool = createPool({
    adapter: jsonLines(),
    size: 3,
    cwd: () => process.cwd(),
    recycle: { turns: 1 },
  });
  await pool.ready();
  let most = 0;
  pool.subscribe(() => {
    const { ready, starting } = pool.status().spares;
    most = Math.max(most, ready + starting);
  });
  await Promise.all([0, 1, 2].map((instance) => pool.run({ echo: 1 }, { instance })));
  await waitFor(() => pool.status().instances.every(({ generation }) => generation === 2), {
    what: "three new processes",
  });
  expect(most).toBe(1);
});

test("a process makes way although the only spare is another instance's", async () => {
  await using pool = createPool({
    adapter: quick(),
    size: 2,
    cwd: () => process.cwd(),
    spares: 1,
    recycle: { turns: 1 },
  });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  await using _lease = await pool.lease({ instance: 1 });
  await waitFor(() => pool.status().spares.ready === 1, { what: "a spare for the one at work" });
  await pool.run("answer", { instance: 0 });
  await waitFor(() => lives(events).includes("recycled 0"), { what: "the end of the other one" });
  await waitFor(() => pool.status().spares.ready === 1, { what: "as many spares as before" });
  const spares = events.filter((event) => event.type === "spare.state" && event.state === "ready");
  expect(spares).toMatchObject([{ instance: 1 }, { instance: 0 }]);
});

test("a process makes way although another instance that is due is held", async () => {
  const adapter = quick();
  await using pool = createPool({
    adapter,
    size: 2,
    cwd: () => process.cwd(),
    recycle: { turns: 1 },
  });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  await using lease = await pool.lease({ instance: 0 });
  await lease.run("answer");
  await waitFor(() => pool.status().spares.ready === 1, { what: "its successor" });
  await pool.run("answer", { instance: 1 });
  await waitFor(() => lives(events).includes("recycled 0"), { what: "the end of the other one" });
  expect(pool.status().instances).toMatchObject([{ generation: 1 }, { generation: 2 }]);
});

test("a process makes way although another instance that is due owes a sign of life", async () => {
  const clock = new PingClock();
  await using pool = createPool({
    adapter: jsonLines(),
    size: 2,
    cwd: () => process.cwd(),
    recycle: { turns: 1 },
    clock,
    pingIntervalMs: PING_INTERVAL_MS,
    pingTimeoutMs: 60_000,
  });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  await pool.ready();
  const pid = await pool.run({ pid: true }, { instance: 0 });
  process.kill(pid, "SIGSTOP");
  clock.strike();
  await waitFor(() => pool.status().spares.ready === 1, { what: "its successor" });
  await pool.run({ echo: 1 }, { instance: 1 });
  await waitFor(() => lives(events).includes("recycled 0"), { what: "the end of the other one" });
  expect(pool.status().instances).toMatchObject([{ pid, generation: 1 }, { generation: 2 }]);
  process.kill(pid, "SIGCONT");
});

test("a process makes way at its age, without a turn", async () => {
  await using pool = createPool({ adapter: jsonLines(), recycle: { ageMs: 200 } });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  await waitFor(() => lives(events).includes("recycled 0"), { what: "its end" });
  expect(lives(events).slice(0, 3)).toEqual(["ready 0", "ready 1", "recycled 0"]);
});

test("a process makes way when its memory has grown", async () => {
  const memoryBytes = 80 * 1024 * 1024;
  await using pool = createPool({ adapter: jsonLines(), recycle: { memoryBytes } });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  await pool.run({ remember: "x".repeat(memoryBytes) });
  await waitFor(() => lives(events).length === 3, { what: "a smaller process" });
  expect(lives(events)).toEqual(["ready 0", "ready 1", "recycled 0"]);
  const held = await pool.run({ recall: true });
  expect(held.length).toBe(0);
});

test("what a host says of the memory of its process counts", async () => {
  const inner = childProcessHost();
  let asked = 0;
  const memory = async (): Promise<number | null> => {
    asked += 1;
    return asked === 1 ? null : 1_000_000 + asked;
  };
  await using pool = createPool({
    adapter: {
      ...jsonLines(),
      host: {
        ...inner,
        start: async (spec, signal) => ({ ...(await inner.start(spec, signal)), memory }),
      },
    },
    recycle: { memoryBytes: 1_000_002 },
  });
  await waitFor(
    async () => {
      // Many turns are one look.
      await Promise.all([1, 2, 3].map((echo) => pool.run({ echo })));
      return (pool.status().instances[0]?.generation ?? 0) > 1;
    },
    { what: "a new process" },
  );
  expect(asked).toBe(3);
});

test("a tool that is exclusive is gone before its successor starts", async () => {
  const adapter = { ...jsonLines(), capabilities: { exclusive: true } };
  await using pool = createPool({ adapter, recycle: { turns: 1 } });
  const events: PoolEvent[] = [];
  await pool.ready();
  pool.subscribe((event) => events.push(event));
  await pool.run({ echo: 1 });
  await pool.ready();
  expect(lives(events)).toEqual(["recycled 0", "ready 1"]);
  expect(running()).toHaveLength(1);
});

test("the old one goes on serving when no successor can be started", async () => {
  let starts = 0;
  const tool = jsonLines();
  const adapter: typeof tool = {
    ...tool,
    command: (slot) => {
      starts += 1;
      if (starts > 1) throw new Error("no more of these");
      return tool.command(slot);
    },
  };
  const restart = { intensity: 1, backoffMs: 1 };
  await using pool = createPool({ adapter, recycle: { turns: 1 }, restart });
  const pid = await pool.run({ pid: true });
  await waitFor(() => pool.status().spares.detail !== null, { what: "the end of the tries" });
  expect(pool.status().spares.detail).toContain("no more of these");
  expect(await pool.run({ pid: true })).toBe(pid);
  expect(starts).toBe(3);
});
