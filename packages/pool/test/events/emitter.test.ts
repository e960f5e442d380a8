import { afterAll, expect, test } from "vitest";
import { createPool, type PoolEvent } from "../../src/index.ts";
import { expectNoProcessLeft, jsonLines } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("a subscriber that throws, or whose promise rejects, harms nobody and is warned of", async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", onWarning);
  await using pool = createPool({ adapter: jsonLines() });
  await pool.ready();
  const broken = [
    pool.subscribe(() => {
      throw new Error("broken progress line");
    }),
    pool.subscribe(async () => {
      throw new Error("broken report");
    }),
  ];
  const seen: PoolEvent["type"][] = [];
  pool.subscribe(({ type }) => seen.push(type));
  expect(await pool.run({ echo: 1 })).toBe(1);
  expect(seen).toContain("turn.ended");
  for (const unsubscribe of broken) unsubscribe();
  await new Promise(setImmediate);
  process.off("warning", onWarning);
  expect(warnings.some((text) => text.includes("broken progress line"))).toBe(true);
  expect(warnings.some((text) => text.includes("broken report"))).toBe(true);
});

test("one function may subscribe twice, and each subscription ends by itself", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  await pool.ready();
  let heard = 0;
  const listener = (): void => {
    heard += 1;
  };
  const first = pool.subscribe(listener);
  pool.subscribe(listener);
  first();
  first();
  await pool.run({ echo: 1 });
  expect(heard).toBe(3);
});

test("a subscriber may use the pool", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  const second = new Promise((resolve) => {
    const end = pool.subscribe(({ type }) => {
      if (type !== "turn.ended") return;
      end();
      resolve(pool.run({ echo: "from a subscriber" }));
    });
  });
  await pool.run({ echo: 1 });
  expect(await second).toBe("from a subscriber");
});
