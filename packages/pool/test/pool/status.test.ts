import { afterAll, expect, test } from "vitest";
import { createPool } from "../../src/index.ts";
import { expectNoProcessLeft, jsonTool, quick } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("whoever asks for the status when a process is ready or has ended finds what the event says", async () => {
  const told: (number | null)[] = [];
  const found: (number | null | undefined)[] = [];
  {
    await using pool = createPool({ adapter: quick(), spares: 1 });
    const spare = Promise.withResolvers<void>();
    pool.subscribe((event) => {
      if (event.type === "spare.state" && event.state === "ready") spare.resolve();
      if (event.type !== "process.ready" && event.type !== "process.ended") return;
      // Where a spare takes over, its predecessor ends beside it.
      if (event.type === "process.ended" && event.reason === "replaced") return;
      told.push(event.type === "process.ready" ? event.pid : null);
      found.push(pool.status().instances[0]?.pid);
    });
    await pool.ready();
    await spare.promise;
    await pool.run("answer", { release: "replace" });
  }
  expect(found).toEqual(told);
  expect(told).toHaveLength(3);
});

test("a process is there until its end has been told, also to whoever hears first that its turn failed", async () => {
  const contradictions: string[] = [];
  let there: number | null = null;
  {
    const adapter = jsonTool("dies-in-turn", ["--when", "die"]);
    await using pool = createPool({ adapter, restart: { backoffMs: 1 } });
    pool.subscribe((event) => {
      if (event.type === "process.ready") there = event.pid;
      if (event.type === "process.ended") there = null;
      const { alive, pid } = pool.status().instances[0] ?? {};
      if (event.type.startsWith("request.") && (pid !== there || alive !== (there !== null))) {
        contradictions.push(`${event.type}: found ${pid}, told ${there}`);
      }
    });
    await pool.ready();
    await expect(pool.run({ echo: "die" })).rejects.toMatchObject({ code: "PROCESS_EXITED" });
    expect(await pool.run({ echo: "after" })).toBe("after");
  }
  expect(contradictions).toEqual([]);
});
