import { afterAll, expect, test } from "vitest";
import {
  createPool,
  lineProtocol,
  type PoolEvent,
  ProcessExitedError,
  systemClock,
  type ToolAdapter,
} from "../../src/index.ts";
import { expectNoProcessLeft, jsonTool, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const quick = { intensity: 5, backoffMs: 1 };

test("a crash in a turn rejects it with the exit and the last stderr, and the instance comes back", async () => {
  const adapter = jsonTool("dies-in-turn", ["--when", "die"]);
  await using pool = createPool({ adapter, restart: quick });
  expect(await pool.run({ echo: "before" })).toBe("before");
  const error = await rejection(pool.run({ echo: "die" }));
  expect(error).toBeInstanceOf(ProcessExitedError);
  expect(error).toMatchObject({
    code: "PROCESS_EXITED",
    exit: { kind: "code", code: 7 },
    stderr: "fatal: the fake tool dies in its turn",
    message: expect.stringMatching(/^dies-in-turn exited with code 7 in a turn\. Its stderr ended/),
  });
  expect(await pool.run({ echo: "after" })).toBe("after");
  expect(pool.status()).toMatchObject({ accepted: 3, done: 2, failed: 1 });
  expect(pool.status().instances[0]).toMatchObject({ generation: 2, turnsDone: 2, turnsFailed: 1 });
});

test("a crash by a signal says which", async () => {
  const adapter = jsonTool("dies-in-turn", ["--signal", "SIGSEGV"]);
  await using pool = createPool({ adapter, restart: quick });
  const error = await rejection(pool.run({ echo: "x" }));
  expect(error).toMatchObject({ exit: { kind: "signal", signal: "SIGSEGV" } });
});

const lastWords = {
  "and goes": `trap 'printf "half of it> "; exit 0' TERM`,
  "and stays": `trap 'printf "half of it> "' TERM`,
};

for (const [what, trap] of Object.entries(lastWords)) {
  test(`what a tool answers when its instance is stopped or restarted is no answer: it says so ${what}`, async () => {
    const script = `${trap}; printf "> "; read line; while :; do sleep 60 & wait $!; done`;
    const adapter: ToolAdapter = {
      name: "last-words",
      command: () => ({ file: "sh", args: ["-c", script], env: markedEnvironment }),
      connect: lineProtocol({ prompt: "> " }),
    };
    await using pool = createPool({ adapter, graceMs: 300 });
    for (const [order, said] of [
      ["restart", "restarted"],
      ["stop", "stopped"],
    ] as const) {
      const turn = pool.run("begin");
      const error = rejection(turn);
      for await (const event of turn) if (event.type === "started") break;
      await pool[order](0);
      expect(await error).toMatchObject({
        code: "PROCESS_EXITED",
        message: expect.stringContaining(`its instance was ${said} in a turn`),
      });
    }
    expect(pool.status()).toMatchObject({ done: 0, failed: 2 });
  });
}

test("a request that waits while its instance crashes is served by the next process", async () => {
  const adapter = jsonTool("dies-in-turn", ["--when", "die"]);
  await using pool = createPool({ adapter, restart: quick });
  const dying = rejection(pool.run({ echo: "die" }));
  const waiting = pool.run({ echo: "waits" }, { instance: 0 });
  expect(await dying).toMatchObject({ code: "PROCESS_EXITED" });
  expect(await waiting).toBe("waits");
});

test("a crash between turns harms no request: each waits for the next process", async () => {
  await using pool = createPool({ adapter: jsonTool("dies-between-turns"), restart: quick });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  for (const echo of ["one", "two", "three"]) {
    expect(await pool.run({ echo })).toBe(echo);
    await new Promise<void>((resolve) => {
      const end = pool.subscribe((event) => {
        if (event.type !== "process.ended") return;
        end();
        resolve();
      });
    });
  }
  const ends = events.filter((event) => event.type === "process.ended");
  expect(ends.map(({ exit, reason }) => [exit, reason])).toEqual(
    Array.from({ length: 3 }, () => [{ kind: "code", code: 5 }, "exited"]),
  );
});

test("one that has exited takes no request while its output is still being read", async () => {
  // Its grandchild holds stdout open, so that its end takes 100 ms longer than its exit.
  const adapter = jsonTool("holds-stdout-in-grandchild");
  await using pool = createPool({ adapter, restart: quick });
  await pool.run({ echo: 1 });
  // Right after the answer comes the exit; the next request must meet the next process.
  await new Promise<void>((resolve) => {
    const end = pool.subscribe((event) => {
      if (event.type !== "instance.state" || event.state !== "stopping") return;
      end();
      resolve();
    });
  });
  expect(await pool.run({ echo: 2 })).toHaveProperty("pid");
  expect(pool.status().failed).toBe(0);
});

test("a crash loop ends in failed, with the last stderr as detail, and the budget is kept", async () => {
  const restart = { intensity: 2, backoffMs: 1 };
  await using pool = createPool({ adapter: jsonTool("dies-in-turn"), restart });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  const turns = [1, 2, 3, 4].map((echo) => rejection(pool.run({ echo })));
  const codes = (await Promise.all(turns)).map(({ code }) => code);
  expect(codes).toEqual([
    "PROCESS_EXITED",
    "PROCESS_EXITED",
    "PROCESS_EXITED",
    "INSTANCE_UNAVAILABLE",
  ]);
  expect(await turns[3]).toMatchObject({
    message: expect.stringMatching(
      /^No instance is left that could serve it: .*the fake tool dies/s,
    ),
    // What it failed with is kept whole, code and exit included.
    cause: { code: "PROCESS_EXITED", exit: expect.anything() },
  });
  expect(pool.status().instances[0]).toMatchObject({
    state: "failed",
    alive: false,
    generation: 3,
  });
  expect(pool.status().instances[0]?.detail).toContain("the fake tool dies in its turn");
  const states = events.flatMap((event) => (event.type === "instance.state" ? [event] : []));
  expect(states.at(-1)).toMatchObject({
    state: "failed",
    detail: expect.stringContaining("the fake tool dies"),
  });
  expect(await rejection(pool.ready())).toMatchObject({ code: "PROCESS_EXITED" });
  expect(pool.status().instances[0]?.generation).toBe(3);

  // A restart is a new beginning, with a new budget.
  await pool.restart(0);
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", detail: null });
  expect(await rejection(pool.run({ echo: 5 }))).toMatchObject({ code: "PROCESS_EXITED" });
  await pool.ready();
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 5 });
});

test("a process that is ready before the last turn of the one before has ended is left alone", async () => {
  const adapter: ToolAdapter = {
    name: "short-lived",
    command: () => ({ file: "sh", args: ["-c", "read line; exit 7"], env: markedEnvironment }),
    connect: (process) => ({
      ready: async () => {},
      run: (request) => {
        process.stdin.write(`${request}\n`);
        return new Promise<never>(() => {});
      },
    }),
  };
  await using pool = createPool({ adapter, restart: { backoffMs: 0 } });
  expect(await rejection(pool.run("die"))).toMatchObject({ code: "PROCESS_EXITED" });
  await pool.ready();
  expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
});

test("crashes that lie further apart than the period never spend the budget", async () => {
  let later = 0;
  const clock = { ...systemClock, elapsed: () => systemClock.elapsed() + later };
  const restart = { intensity: 1, backoffMs: 1, periodMs: 60_000 };
  await using pool = createPool({ adapter: jsonTool("dies-in-turn"), restart, clock });
  for (let n = 0; n < 3; n += 1) {
    expect(await rejection(pool.run({ echo: n }))).toMatchObject({ code: "PROCESS_EXITED" });
    later += 61_000;
  }
  await pool.ready();
  expect(pool.status().instances[0]?.state).toBe("ready");
});
