import { expect, test } from "vitest";
import { privateMemory } from "../../src/process/private-memory.ts";

test("tells the memory of a living process, and nothing of one that is gone", async () => {
  const before = (await privateMemory(process.pid)) ?? 0;
  const held = Buffer.alloc(50_000_000, 1);
  const after = (await privateMemory(process.pid)) ?? 0;
  expect(before).toBeGreaterThan(1_000_000);
  expect(after - before).toBeGreaterThan(held.length / 2);
  expect(await privateMemory(2 ** 22 + 1)).toBeNull();
});
