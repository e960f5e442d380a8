import { isAlive, waitFor } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import { createPool, type PoolEvent } from "../../src/index.ts";
import { PING_INTERVAL_MS, PingClock } from "../support/ping-clock.ts";
import { expectNoProcessLeft, jsonLines, lineTool, quick, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const options = { pingIntervalMs: PING_INTERVAL_MS, pingTimeoutMs: 200, restart: { backoffMs: 1 } };

test("an idle process that is stopped is killed and replaced, and its request waits for that", async () => {
  const clock = new PingClock();
  await using pool = createPool({ adapter: jsonLines(), clock, ...options });
  const pid = await pool.run({ pid: true });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  process.kill(pid, "SIGSTOP");
  clock.strike();
  const turn = pool.run({ pid: true });
  expect(await turn).not.toBe(pid);
  expect(isAlive(pid)).toBe(false);
  expect(events).toContainEqual(
    expect.objectContaining({ type: "process.ended", reason: "ping-failed" }),
  );
  expect(clock.waiting).toBe(1);
});

test("a process that answers stays, and what came meanwhile is served", async () => {
  const clock = new PingClock();
  await using pool = createPool({ adapter: jsonLines(), clock, ...options, pingTimeoutMs: 60_000 });
  const pid = await pool.run({ pid: true });
  for (let round = 0; round < 3; round += 1) {
    await waitFor(() => clock.waiting === 1, { what: "the next ping to be planned" });
    clock.strike();
    expect(await pool.run({ pid: true })).toBe(pid);
  }
});

test("an answer that lies in the pipe while this program is busy is an answer", async () => {
  const clock = new PingClock();
  await using pool = createPool({ adapter: jsonLines(), clock, ...options, pingTimeoutMs: 50 });
  const pid = await pool.run({ pid: true });
  clock.strike();
  const until = performance.now() + 300;
  while (performance.now() < until);
  expect(await pool.run({ pid: true })).toBe(pid);
});

test("who is at work is not asked", async () => {
  const clock = new PingClock();
  let pings = 0;
  const adapter = jsonLines({
    ping: (id) => {
      pings += 1;
      return { id, request: { echo: true } };
    },
  });
  await using pool = createPool({ adapter, clock, ...options });
  const lease = await pool.lease();
  clock.strike();
  expect(pings).toBe(0);
  expect(clock.waiting).toBe(1);
  await lease.release();
  clock.strike();
  await waitFor(() => clock.waiting === 1, { what: "the answer" });
  expect(pings).toBe(1);
});

test("where nothing can be pinged there is no timer, nor after a shutdown", async () => {
  const clock = new PingClock();
  const mute = createPool({ adapter: lineTool("repl"), clock, ...options });
  await mute.ready();
  expect(clock.waiting).toBe(0);
  await mute.shutdown();
  const pool = createPool({ adapter: jsonLines(), clock, size: 2, ...options });
  await pool.ready();
  expect(clock.waiting).toBe(2);
  await pool.shutdown();
  expect(clock.waiting).toBe(0);
});

test("one that never answers any ping has failed when its restart budget is spent, and says why", async () => {
  const clock = new PingClock();
  const adapter = jsonLines({ ping: (id) => ({ cancel: 1_000_000 + id }) });
  const restart = { intensity: 1, backoffMs: 1 };
  await using pool = createPool({ adapter, clock, ...options, pingTimeoutMs: 20, restart });
  await pool.ready();
  for (let round = 0; round < 2; round += 1) {
    await waitFor(() => clock.waiting === 1, { what: "the next ping to be planned" });
    clock.strike();
    await waitFor(() => pool.status().instances[0]?.state !== "ready", { what: "its end" });
  }
  await waitFor(() => pool.status().instances[0]?.state === "failed", { what: "the failure" });
  expect(await rejection(pool.run({ echo: 1 }))).toMatchObject({
    code: "INSTANCE_UNAVAILABLE",
    message: expect.stringContaining("gave no sign of life between turns"),
  });
});

test("a spare that is stopped is replaced before anybody needs it", async () => {
  const clock = new PingClock();
  await using pool = createPool({ adapter: jsonLines(), clock, spares: 1, ...options });
  const spares: number[] = [];
  pool.subscribe((event) => {
    if (event.type === "spare.state" && event.state === "ready") spares.push(event.pid ?? 0);
  });
  await pool.ready();
  await waitFor(() => spares.length === 1, { what: "a spare" });
  process.kill(spares[0] ?? 0, "SIGSTOP");
  clock.strike();
  await waitFor(() => spares.length === 2, { what: "another spare" });
  expect(isAlive(spares[0] ?? 0)).toBe(false);
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("who was refused a spare that owed an answer gets it with the answer", async () => {
  const clock = new PingClock();
  const spare = Promise.withResolvers<number>();
  const recycled = Promise.withResolvers<void>();
  await using pool = createPool({
    adapter: quick({ ping: (id) => `ping ${id}` }),
    clock,
    ...options,
    pingTimeoutMs: 60_000,
    spares: 1,
    recycle: { turns: 1 },
  });
  pool.subscribe((event) => {
    if (event.type === "spare.state" && event.state === "ready") spare.resolve(event.pid ?? 0);
    if (event.type === "process.ended" && event.reason === "recycled") recycled.resolve();
  });
  process.kill(await spare.promise, "SIGSTOP");
  const answer = Promise.withResolvers<{ readonly kind: "text"; readonly text: string }>();
  const turn = pool.run("hold", { onQuestion: () => answer.promise });
  await turn.assigned;
  clock.strike();
  answer.resolve({ kind: "text", text: "answer" });
  await turn;
  process.kill(await spare.promise, "SIGCONT");
  await recycled.promise;
  expect(pool.status().instances[0]?.pid).toBe(await spare.promise);
});
