import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import { createPool, type Pool, type PoolEvent } from "../../src/index.ts";
import { expectNoProcessLeft, jsonLines, jsonTool, rejection, running } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

type Tool = ReturnType<typeof jsonLines>;
type AnyPool = Pick<Pool<never, never>, "status" | "subscribe">;

/** `json-lines` for the instances, and another tool for the spares that any of them may take. */
function withOtherSpares(size: number, other: Tool): Tool {
  const tool = jsonLines();
  return {
    ...tool,
    command: (slot) => (slot.index < size ? tool : other).command(slot),
  };
}

function spareReady(pool: AnyPool, count = 1): Promise<unknown> {
  return waitFor(() => pool.status().spares.ready === count, { what: `${count} ready spares` });
}

function heard(pool: AnyPool): PoolEvent[] {
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  return events;
}

const states = (events: readonly PoolEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === "instance.state" ? [event.state] : []));

test("the turn after a kill runs on a spare, and the instance never stops serving", async () => {
  await using pool = createPool({ adapter: jsonLines(), spares: 1 });
  const first = await pool.run({ pid: true });
  await spareReady(pool);
  const events = heard(pool);
  const turn = rejection(pool.run({ sleep: 60_000 }));
  const next = pool.run({ pid: true });
  process.kill(first, "SIGKILL");
  expect(await turn).toMatchObject({ code: "PROCESS_EXITED", exit: { signal: "SIGKILL" } });
  expect(await next).not.toBe(first);
  expect(states(events)).toEqual([]);
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
  const ready = events.filter(({ type }) => type === "process.ready");
  expect(ready).toMatchObject([{ instance: 0, generation: 1, spare: true }]);
  const ended = events.filter(({ type }) => type === "process.ended");
  expect(ended).toMatchObject([{ instance: 0, generation: 0, reason: "exited" }]);
  await spareReady(pool);
});

test("a crash between turns is answered by a spare, and the context is known to be lost", async () => {
  await using pool = createPool({ adapter: jsonLines(), spares: 1 });
  const lease = await pool.lease();
  const pid = await lease.run({ pid: true });
  await spareReady(pool);
  process.kill(pid, "SIGKILL");
  await waitFor(() => pool.status().instances[0]?.generation === 2, { what: "the spare" });
  expect(await rejection(lease.run({ recall: true }))).toMatchObject({ code: "PROCESS_EXITED" });
  // What came in the midst of the lease has served nobody, and stays.
  await lease.release("replace");
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
});

test("a process that is replaced makes way for a spare, and a shutdown waits for its end", async () => {
  const pool = createPool({ adapter: jsonTool("ignores-sigterm"), spares: 1, graceMs: 60_000 });
  await pool.run({ echo: 1 });
  await spareReady(pool);
  const events = heard(pool);
  await pool.run({ echo: 2 }, { release: "replace" });
  expect(await pool.run({ echo: 3 })).toBe(3);
  expect(pool.status().instances[0]?.generation).toBe(2);
  await spareReady(pool);
  // The old one, its successor, and the next spare.
  expect(running()).toHaveLength(3);
  await pool.shutdown({ timeoutMs: 50 });
  expect(running()).toEqual([]);
  expect(events).toContainEqual(
    expect.objectContaining({ type: "process.ended", generation: 0, reason: "replaced" }),
  );
});

test("every turn on a fresh process, each of which was a spare", async () => {
  await using pool = createPool({ adapter: jsonLines(), spares: 2, afterTurn: "replace" });
  await pool.ready();
  const pids = new Set<number>();
  for (let turn = 0; turn < 4; turn += 1) {
    await spareReady(pool, 2);
    pids.add(await pool.run({ pid: true }));
  }
  expect(pids.size).toBe(4);
  expect(pool.status().instances[0]?.generation).toBe(5);
});

test("spares start when the instances have, and no more at once than is allowed", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 3, spares: 2, startConcurrency: 1 });
  const events = heard(pool);
  await pool.ready();
  await spareReady(pool, 2);
  const starts = events.flatMap((event) => {
    if (event.type === "process.starting") return [`instance ${event.instance}`];
    if (event.type === "process.ready" || isSpare(event, "ready")) return ["ready"];
    return event.type === "spare.state" && event.state === "starting"
      ? [`spare ${event.slot}`]
      : [];
  });
  const order = ["instance 0", "instance 1", "instance 2", "spare 3", "spare 4"];
  expect(starts).toEqual(order.flatMap((start) => [start, "ready"]));
});

test("an instance that needs a process takes the spare that is on its way", async () => {
  await using pool = createPool({
    adapter: withOtherSpares(1, jsonTool("slow-start", ["--delay-ms", "500"])),
    spares: 1,
    restart: { backoffMs: 1 },
  });
  const events = heard(pool);
  const pid = await pool.run({ pid: true });
  await waitFor(() => events.some((event) => isSpare(event, "starting")), { what: "its start" });
  process.kill(pid, "SIGKILL");
  await waitFor(() => pool.status().instances[0]?.state !== "ready", { what: "its end" });
  expect(await pool.run({ echo: 1 })).toBe(1);
  expect(events.filter(({ type }) => type === "process.starting")).toHaveLength(1);
});

function isSpare(event: PoolEvent, state: string): boolean {
  return event.type === "spare.state" && event.state === state;
}

test("a spare that dies while it waits is replaced", async () => {
  await using pool = createPool({ adapter: jsonLines(), spares: 1, restart: { backoffMs: 1 } });
  const events = heard(pool);
  await pool.ready();
  await spareReady(pool);
  const first = events.find((event) => isSpare(event, "ready"));
  process.kill(first?.type === "spare.state" ? (first.pid ?? 0) : 0, "SIGKILL");
  await waitFor(() => events.filter((event) => isSpare(event, "ready")).length === 2, {
    what: "the next spare",
  });
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("spares that crash at their start are given up, and the instances go on without", async () => {
  await using pool = createPool({
    adapter: withOtherSpares(1, jsonTool("exits-at-start")),
    spares: 2,
    restart: { intensity: 2, backoffMs: 1 },
  });
  const events = heard(pool);
  await waitFor(
    () => events.some((event) => isSpare(event, "failed")) && pool.status().spares.starting === 0,
    { what: "the end of it" },
  );
  expect(events.filter((event) => isSpare(event, "starting")).length).toBeLessThanOrEqual(4);
  expect(pool.status().spares).toEqual({
    ready: 0,
    starting: 0,
    detail: expect.stringContaining("no licence found"),
  });
  expect(events.filter((event) => isSpare(event, "failed"))).toHaveLength(1);
  const before = events.filter((event) => isSpare(event, "starting")).length;
  expect(await pool.run({ echo: 1 }, { release: "replace" })).toBe(1);
  expect(await pool.run({ echo: 2 })).toBe(2);
  expect(events.filter((event) => isSpare(event, "starting"))).toHaveLength(before);
  // Whoever restarts an instance wants a new beginning.
  await pool.restart(0);
  await waitFor(() => events.filter((event) => isSpare(event, "failed")).length === 2, {
    what: "another try",
  });
});

test("stop takes no spare, and restart takes a fresh one", async () => {
  await using pool = createPool({ adapter: jsonLines(), spares: 1 });
  await pool.ready();
  await spareReady(pool);
  await pool.stop(0);
  expect(pool.status()).toMatchObject({ instances: [{ state: "stopped" }], spares: { ready: 1 } });
  const events = heard(pool);
  await pool.restart(0);
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
  expect(events.some(({ type }) => type === "process.starting")).toBe(false);
});

test("no spare outlives the last instance, and one that grows the pool is put to use", async () => {
  await using pool = createPool({ adapter: jsonLines(), spares: 1 });
  await pool.ready();
  await spareReady(pool);
  await pool.resize(2);
  await pool.ready();
  await spareReady(pool);
  expect(running()).toHaveLength(3);
  await pool.resize(0);
  await waitFor(() => running().length === 0, { what: "the end of the spare" });
  expect(pool.status().spares).toMatchObject({ ready: 0, starting: 0 });
});

for (const capability of ["exclusive", "oneShot"] as const) {
  test(`a tool that is ${capability} has no spares`, async () => {
    const adapter: Tool = { ...jsonLines(), capabilities: { [capability]: true } };
    await using pool = createPool({ adapter, spares: 3 });
    await pool.ready();
    expect(pool.status().spares).toEqual({ ready: 0, starting: 0, detail: null });
  });
}

test("a shutdown ends spares, whatever they are at", async () => {
  const pool = createPool({
    adapter: withOtherSpares(1, jsonTool("hangs-at-start")),
    spares: 2,
    startConcurrency: 1,
  });
  await pool.ready();
  await waitFor(() => running().length === 2, { what: "the start of a spare" });
  await pool.shutdown();
  expect(running()).toEqual([]);
});

test("the transcript of an instance has what its spare said before", async () => {
  await using folder = await temporaryFolder();
  const pool = createPool({ adapter: jsonLines(), spares: 1, transcripts: folder.path });
  const pid = await pool.run({ pid: true });
  await spareReady(pool);
  process.kill(pid, "SIGKILL");
  await waitFor(() => pool.status().instances[0]?.generation === 2, { what: "the spare" });
  const spare = await pool.run({ pid: true });
  await pool.shutdown();
  const text = await readFile(join(folder.path, "instance-0.log"), "utf8");
  const lines = text.split("\n").map((line) => line.slice(25));
  const from = lines.indexOf(`-- | process ${spare} started`);
  expect(lines.slice(from + 1)).toEqual([
    'out| {"ready":true}',
    expect.stringMatching(/^in \| .*"pid":true/),
    expect.stringMatching(/^out\| .*"result":/),
    "",
  ]);
});

describe("where each instance has a folder of its own", () => {
  test("the successor of a leased instance is prepared in its folder while its turn runs", async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    const cwd = (instance: number): string => (instance === 0 ? folder.path : other.path);
    await using pool = createPool({
      adapter: jsonLines(),
      size: 2,
      spares: 1,
      cwd,
      afterTurn: "replace",
    });
    const events = heard(pool);
    await pool.ready();
    const lease = await pool.lease({ instance: 1 });
    const pid = await lease.run({ pid: true });
    await spareReady(pool);
    await lease.release();
    expect(await pool.run({ pid: true }, { instance: 1 })).not.toBe(pid);
    expect(await pool.run({ cwd: true }, { instance: 1 })).toBe(other.path);
    expect(await pool.run({ cwd: true }, { instance: 0 })).toBe(folder.path);
    expect(events.some((event) => isSpare(event, "taken") && isFor(event, 1))).toBe(true);
  });

  test("one whose instance has left makes room for another one's", async () => {
    await using pool = createPool({
      adapter: jsonLines(),
      size: 2,
      spares: 1,
      cwd: () => process.cwd(),
    });
    const events = heard(pool);
    await pool.ready();
    await using lease = await pool.lease({ instance: 1 });
    await waitFor(() => events.some((event) => isSpare(event, "ready") && isFor(event, 1)), {
      what: "its successor",
    });
    await lease.release();
    await pool.resize(1);
    await waitFor(() => events.some((event) => isSpare(event, "ready") && isFor(event, 0)), {
      what: "a successor of the one that stays",
    });
    expect(pool.status().spares).toMatchObject({ ready: 1, starting: 0 });
  });

  test("a spare goes when its instance leaves or is stopped", async () => {
    await using pool = createPool({
      adapter: jsonLines(),
      size: 2,
      spares: 2,
      cwd: () => process.cwd(),
    });
    await pool.ready();
    await spareReady(pool, 2);
    await pool.resize(1);
    await waitFor(() => running().length === 2, { what: "the end of its spare" });
    await pool.stop(0);
    await waitFor(() => running().length === 0, { what: "the end of the last spare" });
  });
});

function isFor(event: PoolEvent, instance: number): boolean {
  return event.type === "spare.state" && event.instance === instance;
}
