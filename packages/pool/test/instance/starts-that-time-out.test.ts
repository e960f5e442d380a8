import { afterAll, expect, test } from "vitest";
import { createPool, type PoolEvent, type ToolAdapter } from "../../src/index.ts";
import { JumpClock } from "../properties/model/jump-clock.ts";
import { expectNoProcessLeft, jsonTool, rejection } from "../support/tools.ts";

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

test("an instance that is never ready is given up, although each start takes as long as the period", async () => {
  const clock = new JumpClock();
  const adapter: ToolAdapter = {
    name: "never",
    command: () => never,
    connect: () => ({ ready: () => never, run: () => never }),
  };
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
