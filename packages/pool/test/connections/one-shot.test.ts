import { fakeTool, waitFor } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import {
  createPool,
  type OneShotOutput,
  oneShot,
  type PoolEvent,
  ToolFailure,
} from "../../src/index.ts";
import {
  expectNoProcessLeft,
  markedEnvironment,
  onceTool,
  rejection,
  running,
} from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const echo = (args: readonly string[]) => fakeTool("one-shot", ...args);
const shell = ([script = ""]: readonly string[]) => ({ file: "sh", args: ["-c", script] });

test("each request has a process of its own, and its exit ends the turn", async () => {
  await using pool = createPool({ adapter: onceTool(echo), size: 2 });
  expect(pool.status().instances[0]).toMatchObject({ state: "idle", alive: false });
  await pool.ready();
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  const turn = pool.run(["hello", "--", "-x"]);
  expect(await turn).toBe("hello -x");
  expect(turn.endedBy).toBe("exit");
  expect(events.map(({ type }) => type)).toContain("process.ready");
  expect(events).toContainEqual(
    expect.objectContaining({
      type: "process.ended",
      reason: "exited",
      exit: { kind: "code", code: 0 },
    }),
  );
  const answers = await Promise.all(["a", "b", "c", "d"].map((text) => pool.run([text])));
  expect(answers).toEqual(["a", "b", "c", "d"]);
  expect(pool.status().instances[0]).toMatchObject({ state: "idle", alive: false });
});

test("an exit code but 0 is a failure with the last stderr; the next request is well", async () => {
  await using pool = createPool({ adapter: onceTool(echo) });
  const error = await rejection(pool.run(["--code", "4", "--stderr", "no such model"]));
  expect(error).toBeInstanceOf(ToolFailure);
  expect(error).toMatchObject({
    failureClass: "crash",
    message: "The tool exited with code 4. no such model",
  });
  expect(await pool.run(["well"])).toBe("well");
});

test("parse makes the result out of everything that is left", async () => {
  const adapter = onceTool<OneShotOutput>(echo, { parse: (output) => output });
  await using pool = createPool({ adapter });
  expect(await pool.run(["out", "--code", "3", "--stderr", "err"])).toEqual({
    stdout: "out\n",
    stderr: "err\n",
    exit: { kind: "code", code: 3 },
  });
});

test("a request can go to stdin, read or not", async () => {
  const input = "grüße\n".repeat(100_000);
  const adapter = onceTool(() => fakeTool("one-shot", "--stdin"), { input: () => input });
  await using pool = createPool({ adapter });
  expect(await pool.run([])).toBe(input.replace(/\n$/, ""));
  await using deaf = createPool({
    adapter: onceTool(() => shell(["exit 0"]), { input: () => input }),
  });
  expect(await deaf.run([])).toBe("");
});

test("a cancelled request ends its process, in the turn and in the start", async () => {
  await using pool = createPool({ adapter: onceTool(shell) });
  const turn = pool.run(["sleep 60"]);
  for await (const event of turn[Symbol.asyncIterator]()) {
    expect(event.type).toBe("started");
    turn.cancel();
    break;
  }
  expect(await rejection(turn)).toMatchObject({ code: "TURN_CANCELLED" });

  const hanging = Promise.withResolvers<never>();
  await using slow = createPool({
    adapter: { ...onceTool(shell), command: () => hanging.promise },
  });
  const starting = slow.run(["true"]);
  await starting.assigned;
  starting.cancel("no time");
  expect(await rejection(starting)).toMatchObject({ code: "TURN_CANCELLED", cause: "no time" });
  expect(slow.status().instances[0]).toMatchObject({ state: "idle", occupancy: "free" });
});

test("a process that is ended by a stop has no result, whatever it makes of the signal", async () => {
  await using pool = createPool({ adapter: onceTool(shell) });
  const turn = pool.run([
    "trap 'echo half; exit 0' TERM; echo started; while :; do sleep 0.01; done",
  ]);
  const failure = rejection(turn);
  await turn.assigned;
  while (running().length === 0) await new Promise(setImmediate);
  await pool.stop(0);
  expect(await failure).toMatchObject({
    code: "PROCESS_EXITED",
    message: expect.stringContaining("ended because its instance was stopped"),
  });
  expect(await rejection(pool.run(["true"]))).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
  await pool.start(0);
  expect(await pool.run(["echo back"])).toBe("back");
});

test("an instance that is being stopped takes no request", async () => {
  await using pool = createPool({ adapter: onceTool(echo), size: 2 });
  const stopped = pool.stop(0);
  const turns = [pool.run(["a"]), pool.run(["b"])];
  expect(await Promise.all(turns)).toEqual(["a", "b"]);
  expect(turns.map(({ instance }) => instance)).toEqual([1, 1]);
  await stopped;
});

test("a restart ends the process of the turn and takes the next request", async () => {
  await using pool = createPool({ adapter: onceTool(shell) });
  const turn = rejection(pool.run(["sleep 60"]));
  await waitFor(() => pool.status().instances[0]?.state === "ready", { what: "the process" });
  await pool.restart(0);
  expect(await turn).toMatchObject({
    code: "PROCESS_EXITED",
    message: expect.stringContaining("its instance was restarted"),
  });
  expect(pool.status().instances[0]?.state).toBe("idle");
  expect(await pool.run(["echo next"])).toBe("next");
});

test("a missing executable fails the request and not the instance", async () => {
  const adapter = onceTool(([file = ""]) => ({ file, args: [] }));
  await using pool = createPool({ adapter });
  expect(await rejection(pool.run(["/no/such/tool"]))).toMatchObject({
    code: "PROCESS_START_FAILED",
    message: expect.stringContaining("there is no such file"),
  });
  expect(await pool.run(["pwd"])).toBe(process.cwd());
});

test("its deadline counts, and a flood is cut off", async () => {
  await using pool = createPool({ adapter: onceTool(shell), maxTurnBytes: 1_000_000 });
  expect(await rejection(pool.run(["sleep 60"], { turnTimeoutMs: 50 }))).toMatchObject({
    code: "TURN_TIMEOUT",
  });
  expect(await rejection(pool.run(["yes"]))).toMatchObject({ code: "TURN_OUTPUT_LIMIT" });
});

test("what it leaves running is ended with it, and does not hold up its answer", async () => {
  await using pool = createPool({ adapter: onceTool(shell) });
  const began = performance.now();
  expect(await pool.run(["sleep 61 & echo done"])).toBe("done");
  expect(performance.now() - began).toBeLessThan(5_000);
  await expectNoProcessLeft();
});

test("shutdown waits for a one-shot process that is just starting", async () => {
  const command = Promise.withResolvers<{
    file: string;
    args: string[];
    env: Record<string, string>;
  }>();
  const pool = createPool({
    adapter: {
      name: "late",
      capabilities: { oneShot: true },
      command: () => command.promise,
      connect: oneShot({ input: "arguments" }),
    },
  });
  const turn = rejection(pool.run("x"));
  await new Promise(setImmediate);
  const over = pool.shutdown();
  command.resolve({ file: "sleep", args: ["62"], env: markedEnvironment });
  await over;
  expect(running()).toEqual([]);
  expect(await turn).toMatchObject({ code: "POOL_CLOSED" });
});

test("a request that would reach the tool in no way is refused when the adapter is made", () => {
  for (const options of [undefined, {}, { input: "stdin" }]) {
    expect(() => (oneShot as (options?: unknown) => unknown)(options)).toThrow(
      /^oneShot\.input: expected "arguments", where .*, found (undefined|string 'stdin')/,
    );
  }
});
