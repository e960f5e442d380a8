import { expect, test } from "vitest";
import { createPool, type PoolEvent } from "../../src/index.ts";
import { pidShell } from "../support/pid-shell.ts";

/** Prints its pid for each line but "hang". */
const TOOL = 'while read line; do if [ "$line" != hang ]; then echo $$; fi; done';

const adapter = pidShell("mortal", TOOL, async (tool) => {
  tool.kill("SIGINT", "process");
  await new Promise<never>(() => {});
});

test("a tool that its interrupt ends is replaced, as often as it takes: that is no crash", async () => {
  const ended: PoolEvent[] = [];
  await using pool = createPool({
    adapter,
    restart: { intensity: 1, backoffMs: 1, maxBackoffMs: 1 },
    interruptTimeoutMs: 30_000,
  });
  pool.subscribe((event) => {
    if (event.type === "process.ended") ended.push(event);
  });
  const seen = new Set<number>();
  for (let round = 0; round < 4; round++) {
    seen.add(await pool.run("who"));
    await expect(pool.run("hang", { turnTimeoutMs: 20 })).rejects.toMatchObject({
      code: "TURN_TIMEOUT",
    });
  }
  seen.add(await pool.run("who"));
  expect(seen.size).toBe(5);
  expect(ended.map((event) => "reason" in event && event.reason)).toEqual(
    Array.from({ length: 4 }, () => "turn-timeout"),
  );
});
