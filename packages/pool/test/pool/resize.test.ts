import { waitFor } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import { createPool } from "../../src/index.ts";
import { expectNoProcessLeft, jsonLines, jsonTool, rejection, running } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("a pool grows under load, and what waits is served by the new instances", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const turns = Array.from({ length: 6 }, () => pool.run({ sleep: 60 }));
  await pool.resize(3);
  expect(pool.size).toBe(3);
  await Promise.all(turns);
  expect(new Set(turns.map(({ instance }) => instance)).size).toBeGreaterThan(1);
});

test("a pool shrinks under load: running turns end first, waiting ones go elsewhere", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 3 });
  await pool.ready();
  const turns = Array.from({ length: 9 }, (_, n) => pool.run({ sleep: 20, echo: n }));
  const pinned = rejection(pool.run({ echo: 1 }, { instance: 2 }));
  await pool.resize(1);
  expect(pool.size).toBe(1);
  expect(running()).toHaveLength(1);
  expect(await Promise.all(turns)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await pinned).toMatchObject({
    code: "INSTANCE_UNAVAILABLE",
    message: "Instance 2 leaves the pool.",
  });
  expect(await rejection(pool.run({ echo: 1 }, { instance: 2 }))).toMatchObject({
    code: "INSTANCE_UNKNOWN",
  });
  expect(pool.status()).toMatchObject({ accepted: 11, done: 9, failed: 2 });
});

test("a lease on a leaving instance goes on until its release", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 2 });
  const lease = await pool.lease({ instance: 1 });
  const resized = pool.resize(0);
  expect(await lease.run({ echo: 1 })).toBe(1);
  expect(await rejection(pool.run({ echo: 2 }, { instance: 1 }))).toMatchObject({
    code: "INSTANCE_UNAVAILABLE",
  });
  await lease.release();
  await resized;
  expect(pool.size).toBe(0);
  expect(await rejection(pool.run({ echo: 3 }))).toMatchObject({
    code: "INSTANCE_UNAVAILABLE",
    message: expect.stringContaining("resize(n)"),
  });
  await pool.resize(1);
  expect(await pool.run({ echo: 4 })).toBe(4);
});

test("a leaving instance is neither restarted nor started, and a shutdown leaves no process of it", async () => {
  const adapter = jsonTool("ignores-sigterm");
  await using pool = createPool({ adapter, size: 2, graceMs: 300 });
  await pool.ready();
  const resized = pool.resize(1);
  await waitFor(() => pool.status().instances[1]?.state === "stopping", { what: "its stop" });
  const refused = [rejection(pool.restart(1)), rejection(pool.start(1))];
  await resized;
  for (const error of await Promise.all(refused)) {
    expect(error).toMatchObject({
      code: "INSTANCE_UNAVAILABLE",
      message: "Instance 1 leaves the pool.",
    });
  }
  await pool.shutdown();
  expect(running()).toEqual([]);
});

test("a restart that is under way when its instance leaves starts nothing more", async () => {
  await using pool = createPool({ adapter: jsonTool("ignores-sigterm"), size: 2, graceMs: 300 });
  await pool.ready();
  const restarted = rejection(pool.restart(1));
  await pool.resize(1);
  expect(await restarted).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
  expect(running()).toHaveLength(1);
});

test("ready() does not wait for instances that leave, nor start them", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 3, start: "lazy" });
  const lease = await pool.lease({ instance: 1 });
  const resized = pool.resize(1);
  expect(await rejection(pool.run({ echo: 1 }, { instance: 1 }))).toMatchObject({
    message: "Instance 1 leaves the pool.",
  });
  await pool.ready();
  expect(pool.status().instances[2]?.generation).toBe(0);
  await lease.release();
  await resized;
  expect(running()).toHaveLength(1);
});

test("a request that comes while all leave waits for those that come after them", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const lease = await pool.lease();
  const resizes = [pool.resize(0), pool.resize(2)];
  const turns = [pool.run({ echo: 1 }), pool.run({ echo: 2 }, { key: "k" })];
  const pinned = rejection(pool.run({ echo: 3 }, { instance: 0 }));
  expect(await pinned).toMatchObject({ message: "Instance 0 leaves the pool." });
  await lease.release();
  expect(await Promise.all(turns)).toEqual([1, 2]);
  await Promise.all(resizes);
});

test("resizes follow one another", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 1 });
  await Promise.all([pool.resize(4), pool.resize(0), pool.resize(2)]);
  await pool.ready();
  expect(pool.size).toBe(2);
  expect(running()).toHaveLength(2);
});

test("a size that is none is refused", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 0 });
  for (const size of [-1, 1.5, Number.NaN, "2" as unknown as number]) {
    expect(await rejection(pool.resize(size))).toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/^size: expected a whole number of at least 0, found /),
    });
  }
});
