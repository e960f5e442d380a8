import { afterAll, expect, test } from "vitest";
import { createPool } from "../../src/index.ts";
import { expectNoProcessLeft, jsonLines, rejection, running } from "../support/tools.ts";

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
