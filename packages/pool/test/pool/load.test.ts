import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { waitFor } from "@cluster/testkit";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { createPool, type Pool, type Turn } from "../../src/index.ts";
import { cancel, expectNoProcessLeft, jsonLines, onceTool, running } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** Checks the sum, and that each instance has one turn at a time, at every event of a pool. */
function watch(pool: Pool<never, unknown>): { events: number; readonly problems: string[] } {
  const busy = new Map<number, number>();
  // A subscriber that throws is only warned of: what it finds is gathered here.
  const found = { events: 0, problems: [] as string[] };
  pool.subscribe((event) => {
    found.events += 1;
    const { accepted, done, failed, running: now, queued } = pool.status();
    const text = JSON.stringify({ event, accepted, done, failed, now, queued });
    if (done + failed + now + queued !== accepted) found.problems.push(`sum: ${text}`);
    if (Math.min(done, failed, now, queued) < 0) found.problems.push(`negative: ${text}`);
    if (event.type === "turn.started") {
      if (busy.has(event.instance)) found.problems.push(`two turns at once: ${text}`);
      busy.set(event.instance, event.turn);
    }
    if (event.type === "turn.ended") {
      if (busy.get(event.instance) !== event.turn) found.problems.push(`never begun: ${text}`);
      busy.delete(event.instance);
    }
    if (event.type.startsWith("turn.") && busy.size !== now) found.problems.push(`busy: ${text}`);
  });
  return found;
}

test("forty processes serve four hundred requests, none of them lost or mixed up", async () => {
  await using pool = createPool({
    adapter: {
      name: "cat",
      command: () => ({ file: "cat", args: ["-u"] }),
      connect: (process) => {
        let answer = (_text: string): void => {};
        process.stdout.on("data", (chunk: Buffer) => answer(chunk.toString().trim()));
        return {
          ready: async () => {},
          run: (request: string) =>
            new Promise<string>((resolve) => {
              answer = resolve;
              process.stdin.write(`${request}\n`);
            }),
        };
      },
    },
    size: 40,
  });
  const watched = watch(pool as unknown as Pool<never, unknown>);
  await pool.ready();
  expect(pool.health()).toMatchObject({ total: 40, alive: 40 });
  const turns = Array.from({ length: 400 }, (_, n) => pool.run(`request ${n}`));
  expect(pool.status().running + pool.status().queued).toBe(400);
  expect(await Promise.all(turns)).toEqual(turns.map((_, n) => `request ${n}`));
  expect(new Set(turns.map(({ instance }) => instance)).size).toBe(40);
  expect(watched.problems).toEqual([]);
  expect(watched.events).toBeGreaterThan(800);
});

test("whatever is done to a pool, each request ends once and with its own answer", async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("run" as const),
        sleep: fc.nat(4),
        key: fc.option(fc.constantFrom("a", "b")),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), nth: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("restart" as const), instance: fc.nat(1) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("lease" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const pool = createPool({
        adapter: jsonLines({ cancel }),
        size: 2,
        restart: { intensity: 100, backoffMs: 1 },
      });
      const { problems } = watch(pool as unknown as Pool<never, unknown>);
      const turns: { turn: Turn<unknown>; wanted: unknown }[] = [];
      const others: Promise<unknown>[] = [];
      const add = (turn: Turn<unknown>, wanted: unknown): void => {
        // Looked at below; until then its failure must not be raised.
        turn.catch(() => {});
        turns.push({ turn, wanted });
      };
      let n = 0;
      for (const action of steps) {
        n += 1;
        if (action.do === "run") {
          const key = action.key === null ? {} : { key: action.key };
          add(pool.run({ sleep: action.sleep, echo: n }, key), n);
        } else if (action.do === "crash") add(pool.run({ exit: 1 }), null);
        else if (action.do === "fail") {
          add(pool.run({ fail: { class: "quota" } }), null);
        } else if (action.do === "cancel") turns[action.nth]?.turn.cancel();
        else if (action.do === "restart")
          others.push(pool.restart(action.instance).catch(() => {}));
        else if (action.do === "lease") {
          others.push(
            pool.lease().then(async (lease) => {
              await lease.run({ echo: "leased" }).catch(() => {});
              await lease.release();
            }),
          );
        } else await turns.at(-1)?.turn.catch(() => {});
      }
      const outcomes = await Promise.allSettled(turns.map(({ turn }) => turn));
      outcomes.forEach((outcome, index) => {
        if (outcome.status === "fulfilled") expect(outcome.value).toBe(turns[index]?.wanted);
        else {
          expect(outcome.reason.code).toMatch(
            /^(TURN_CANCELLED|PROCESS_EXITED|INSTANCE_UNAVAILABLE|TOOL_FAILED)$/,
          );
        }
      });
      await Promise.all(others);
      const { done, failed, running: now, queued, accepted } = pool.status();
      expect({ now, queued, sum: done + failed }).toEqual({ now: 0, queued: 0, sum: accepted });
      await pool.shutdown();
      expect(running()).toEqual([]);
      expect(problems).toEqual([]);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

test("one-shot processes come and go by the hundred, and none stays", async () => {
  await using pool = createPool({
    adapter: onceTool(([text = ""]) => ({ file: "echo", args: [text] })),
    size: 12,
  });
  const { problems } = watch(pool as unknown as Pool<never, unknown>);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => pool.run([String(n)])));
  expect(answers).toEqual(answers.map((_, n) => String(n)));
  await waitFor(() => running().length === 0, { what: "no process left" });
  expect(problems).toEqual([]);
});

test("a warm process does not grow with its turns", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const used = async (turns: number): Promise<number> => {
    for (let n = 0; n < turns; n += 1) await pool.run({ echo: n });
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = await used(1_000);
  // A warm process that remembers its turns keeps some 4 kB of each.
  expect((await used(4_000)) - before).toBeLessThan(2_000_000);
});
