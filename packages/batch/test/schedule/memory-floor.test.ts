import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freeMemory } from "../../src/schedule/free-memory.ts";
import { MemoryFloor } from "../../src/schedule/memory-floor.ts";
import { FakeClock } from "./fake-clock.ts";

function sample(floorBytes: number) {
  const clock = new FakeClock();
  const memory = { free: 1_000 };
  const changes: [boolean, number][] = [];
  const floor = new MemoryFloor({
    floorBytes,
    freeBytes: () => memory.free,
    clock,
    onChange: (low, free) => changes.push([low, free]),
  });
  return { clock, memory, changes, floor };
}

test("below the floor nothing begins but a turn that would be the only one", () => {
  const { floor, memory, changes } = sample(500);
  memory.free = 499;
  expect(floor.room(3)).toBe(0);
  expect(floor.room(0)).toBe(1);
  expect(changes).toEqual([[true, 499]]);
});

test("it is noticed without being asked that memory has come back", () => {
  const { clock, floor, memory, changes } = sample(500);
  memory.free = 100;
  floor.room(1);
  memory.free = 800;
  clock.advance(1_000);
  expect(changes).toEqual([
    [true, 100],
    [false, 800],
  ]);
  expect(floor.room(1)).toBe(Number.POSITIVE_INFINITY);
  expect(clock.timers).toBe(0);
});

test("without a floor nobody looks", () => {
  const { floor, memory, changes } = sample(0);
  memory.free = 0;
  expect(floor.room(5)).toBe(Number.POSITIVE_INFINITY);
  expect(changes).toEqual([]);
});

test("in a container with a limit, what is left of that counts, caches aside", async () => {
  const group = await mkdtemp(join(tmpdir(), "cluster-group-"));
  try {
    expect(freeMemory(group)).toBeGreaterThan(freemem() / 4);
    await writeFile(join(group, "memory.max"), "1000000\n");
    await writeFile(join(group, "memory.current"), "900000\n");
    await writeFile(join(group, "memory.stat"), "anon 1\ninactive_file 300000\n");
    expect(freeMemory(group)).toBe(400_000);
    await writeFile(join(group, "memory.max"), "max\n");
    expect(freeMemory(group)).toBeGreaterThan(1_000_000);
  } finally {
    await rm(group, { recursive: true });
  }
});
