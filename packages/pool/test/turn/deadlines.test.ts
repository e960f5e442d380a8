import { afterAll, expect, test } from "vitest";
import { createPool, TurnAbortedError } from "../../src/index.ts";
import {
  cancel,
  expectNoProcessLeft,
  jsonLines,
  jsonTool,
  lineTool,
  rejection,
} from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("a turn that takes too long fails with TURN_TIMEOUT, and its process is replaced", async () => {
  await using pool = createPool({
    adapter: jsonTool("never-answers", ["--when", "never"]),
    turnTimeoutMs: 80,
  });
  await pool.ready();
  const before = pool.status().instances[0]?.pid;
  const error = await rejection(pool.run({ echo: "never" }));
  expect(error).toBeInstanceOf(TurnAbortedError);
  expect(error).toMatchObject({
    code: "TURN_TIMEOUT",
    message: "The turn took longer than 80 ms.",
  });
  expect(await pool.run({ echo: "next" }, { turnTimeoutMs: 60_000 })).toBe("next");
  expect(pool.status().instances[0]?.pid).not.toBe(before);
});

test("silence fails a turn with TURN_IDLE_TIMEOUT, half an answer or none", async () => {
  for (const name of ["never-answers", "half-line"] as const) {
    await using pool = createPool({ adapter: jsonTool(name), idleTimeoutMs: 80 });
    expect(await rejection(pool.run({ echo: "x" }))).toMatchObject({
      code: "TURN_IDLE_TIMEOUT",
      message: "The tool was silent for 80 ms in a turn.",
    });
  }
});

test("every byte of output keeps the idle deadline away", async () => {
  const adapter = jsonTool("splits-code-point");
  // So much longer than the time between two bytes that no busy machine makes a silence of it.
  const idleTimeoutMs = 1_000;
  await using pool = createPool({ adapter, idleTimeoutMs });
  await pool.ready();
  const began = performance.now();
  // A byte each millisecond.
  const echo = "x".repeat(1_200);
  expect(await pool.run({ echo })).toBe(`${echo} äß€𝄞🎻`);
  expect(performance.now() - began).toBeGreaterThan(idleTimeoutMs);
});

test("the wait for a person's answer is not the tool's silence", async () => {
  await using pool = createPool({ adapter: jsonTool("asks-question"), idleTimeoutMs: 60 });
  const onQuestion = () =>
    new Promise<{ kind: "confirm"; yes: true }>((resolve) => {
      setTimeout(() => resolve({ kind: "confirm", yes: true }), 200);
    });
  expect(await pool.run({ echo: "x" }, { onQuestion })).toBe("x: yes");
});

test("a late answer never reaches the next turn: the process is replaced", async () => {
  for (const adapter of [
    jsonTool("answers-late", ["--delay-ms", "120"]),
    lineTool("answers-late", ["--delay-ms", "120"]),
  ]) {
    await using pool = createPool({ adapter });
    await pool.ready();
    const late = pool.run("late", { turnTimeoutMs: 30 });
    expect(await rejection(late)).toMatchObject({ code: "TURN_TIMEOUT" });
    expect(await pool.run("next")).toBe("next");
    expect(pool.status().instances[0]?.generation).toBe(2);
  }
});

test("a tool that answers what was cancelled is in step again and keeps its process", async () => {
  const adapter = jsonTool("answers-late", ["--delay-ms", "120"], { cancel });
  await using pool = createPool({ adapter });
  expect(await rejection(pool.run("late", { turnTimeoutMs: 30 }))).toMatchObject({
    code: "TURN_TIMEOUT",
  });
  expect(await pool.run("next")).toBe("next");
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("one that is not in step in time is replaced", async () => {
  const adapter = jsonTool("answers-late", ["--delay-ms", "5000"], { cancel });
  await using pool = createPool({ adapter, interruptTimeoutMs: 30 });
  await rejection(pool.run("late", { turnTimeoutMs: 30 }));
  await pool.ready();
  expect(pool.status().instances[0]?.generation).toBe(2);
});

test("an interrupt that throws or rejects means a new process", async () => {
  const adapter = jsonLines();
  for (const interrupt of [
    () => {
      throw new Error("cannot");
    },
    () => Promise.reject(new Error("cannot")),
  ]) {
    await using pool = createPool({
      adapter: {
        ...adapter,
        connect: (process, slot) => ({ ...adapter.connect(process, slot), interrupt }),
      },
    });
    const slow = pool.run({ sleep: 60_000 }, { turnTimeoutMs: 30 });
    expect(await rejection(slow)).toMatchObject({ code: "TURN_TIMEOUT" });
    expect(await pool.run({ echo: 1 })).toBe(1);
    expect(pool.status().instances[0]?.generation).toBe(2);
  }
});

test("the turn's own deadlines count before the pool's", async () => {
  await using pool = createPool({ adapter: jsonLines({ cancel }), turnTimeoutMs: 20 });
  expect(await pool.run({ sleep: 60 }, { turnTimeoutMs: Number.POSITIVE_INFINITY })).toBeNull();
  expect(await rejection(pool.run({ sleep: 60 }))).toMatchObject({ code: "TURN_TIMEOUT" });
});

test("a tool that stops reading fails at its deadline, however much was to be written", async () => {
  const adapter = jsonTool("stops-reading");
  await using pool = createPool({ adapter, graceMs: 100 });
  const turn = pool.run({ echo: "x".repeat(4_000_000) }, { turnTimeoutMs: 100 });
  expect(await rejection(turn)).toMatchObject({ code: "TURN_TIMEOUT" });
});
