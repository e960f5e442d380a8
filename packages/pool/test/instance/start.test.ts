import { waitFor } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import {
  createPool,
  jsonLinesProtocol,
  lineProtocol,
  type PoolEvent,
  type ToolAdapter,
} from "../../src/index.ts";
import { expectNoProcessLeft, jsonTool, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const quick = { intensity: 2, backoffMs: 1 };

test("a tool that exits at its start is tried as often as the budget allows, and then has failed", async () => {
  await using pool = createPool({ adapter: jsonTool("exits-at-start"), restart: quick });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  const waiting = rejection(pool.run({ echo: 1 }));
  expect(await rejection(pool.ready())).toMatchObject({
    code: "PROCESS_EXITED",
    exit: { kind: "code", code: 3 },
    message: expect.stringMatching(/before it was ready.*no licence found/s),
  });
  expect(await waiting).toMatchObject({
    code: "INSTANCE_UNAVAILABLE",
    message: expect.stringContaining("no licence found"),
  });
  const count = (type: PoolEvent["type"]): number =>
    events.filter((event) => event.type === type).length;
  expect(count("process.starting")).toBe(3);
  expect(count("process.ended")).toBe(3);
  expect(count("process.ready")).toBe(0);
  expect(pool.status().instances[0]).toMatchObject({
    state: "failed",
    alive: false,
    lastExit: { kind: "code", code: 3 },
  });

  // To ask again is not to try again.
  expect(await rejection(pool.ready())).toMatchObject({ code: "PROCESS_EXITED" });
  expect(await rejection(pool.run({ echo: 2 }))).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
  expect(count("process.starting")).toBe(3);
});

test("what a tool says on stdout explains its exit when its stderr is empty", async () => {
  const adapter: ToolAdapter = {
    name: "talkative",
    command: () => ({ file: "sh", args: ["-c", "echo please log in; exit 4"] }),
    connect: lineProtocol({ prompt: "> " }),
  };
  await using pool = createPool({ adapter, restart: { intensity: 0 } });
  const error = await rejection(pool.ready());
  expect(error.message).toMatch(/exited with code 4 before it was ready.*please log in/s);
});

// The grandchild waits for the exit of its parent, and holds stdout open for longer than it is read.
const lateWords =
  '(while kill -0 $$ 2> /dev/null; do :; done; printf "> "; exec sleep 60) & exit 3';
const lateReadiness: Readonly<Record<string, ToolAdapter["connect"]>> = {
  "a prompt that comes after the exit": lineProtocol({ prompt: "> " }),
  "a readiness check that outlives the process": (process) => ({
    ready: async () => void (await process.exited),
    run: () => new Promise<never>(() => {}),
  }),
};

for (const [what, connect] of Object.entries(lateReadiness)) {
  test(`${what} makes nothing ready: the start has failed, and so does a request`, async () => {
    const adapter: ToolAdapter = {
      name: "gone",
      command: () => ({ file: "sh", args: ["-c", lateWords], env: markedEnvironment }),
      connect,
    };
    await using pool = createPool({ adapter, restart: { intensity: 1, backoffMs: 1 } });
    const waiting = rejection(pool.run("anybody there?"));
    expect(await rejection(pool.ready())).toMatchObject({
      code: "PROCESS_EXITED",
      exit: { kind: "code", code: 3 },
      message: expect.stringContaining("before it was ready"),
    });
    expect(await waiting).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
    expect(pool.status().instances[0]).toMatchObject({
      state: "failed",
      alive: false,
      generation: 2,
    });
    await expectNoProcessLeft();
  });
}

test("a tool that hangs at its start fails with START_TIMEOUT and is ended", async () => {
  const adapter = jsonTool("hangs-at-start");
  await using pool = createPool({ adapter, startTimeoutMs: 150, restart: { intensity: 0 } });
  expect(await rejection(pool.ready())).toMatchObject({
    code: "START_TIMEOUT",
    message: expect.stringMatching(/hangs-at-start was not ready within 150 ms.*startTimeoutMs/),
  });
  expect(pool.status().instances[0]).toMatchObject({ state: "failed", alive: false, pid: null });
});

test("the start deadline covers a command and a folder that never come", async () => {
  const never = new Promise<never>(() => {});
  const adapter: ToolAdapter = {
    name: "never",
    command: () => never,
    connect: jsonLinesProtocol<string, string>(),
  };
  const options = { startTimeoutMs: 30, restart: { intensity: 0 } };
  await using pool = createPool({ adapter, ...options });
  await using other = createPool({ adapter: jsonTool("json-lines"), ...options, cwd: () => never });
  const failures = [pool, other].map((either) => rejection(either.ready()));
  for (const error of await Promise.all(failures)) {
    expect(error).toMatchObject({
      code: "START_TIMEOUT",
      message: expect.stringContaining("was not started within 30 ms"),
    });
  }
});

const broken: Readonly<Record<string, Partial<ToolAdapter>>> = {
  "a command that throws": {
    command: () => {
      throw new Error("no model was chosen");
    },
  },
  "a connect that throws": {
    connect: () => {
      throw new Error("cannot connect");
    },
  },
  "a ready that throws": {
    connect: () => ({
      ready: () => {
        throw new Error("not today");
      },
      run: async () => "",
    }),
  },
  "a ready that rejects": {
    connect: () => ({
      ready: () => Promise.reject(new Error("wrong version")),
      run: async () => "",
    }),
  },
};

for (const [what, part] of Object.entries(broken)) {
  test(`${what} fails the start with its message, after all tries, and leaves no process`, async () => {
    const adapter: ToolAdapter = {
      name: "broken",
      command: () => ({ file: "cat", env: markedEnvironment }),
      connect: () => ({ ready: async () => {}, run: async () => "" }),
      ...part,
    };
    await using pool = createPool({ adapter, restart: quick });
    const error = await rejection(pool.ready());
    expect(error.message).toMatch(/no model was chosen|cannot connect|not today|wrong version/);
    expect(pool.status().instances[0]).toMatchObject({
      state: "failed",
      alive: false,
      generation: 3,
    });
    await expectNoProcessLeft();
  });
}

test("a tool that floods its start is ended, and its memory is bounded", async () => {
  const adapter: ToolAdapter = {
    name: "floods",
    command: () => ({ file: "yes", env: markedEnvironment }),
    connect: lineProtocol({ prompt: "> " }),
  };
  await using pool = createPool({ adapter, maxTurnBytes: 1_000_000, restart: { intensity: 0 } });
  expect(await rejection(pool.ready())).toMatchObject({
    code: "PROTOCOL_VIOLATION",
    message: expect.stringMatching(/floods printed more than 1000000 bytes before it was ready/),
  });
});

test("lazy instances start with the requests that need them", async () => {
  await using pool = createPool({ adapter: jsonTool("json-lines"), size: 3, start: "lazy" });
  expect(pool.status().instances.map(({ state }) => state)).toEqual(["idle", "idle", "idle"]);
  expect(await pool.run({ echo: 1 })).toBe(1);
  expect(pool.health()).toMatchObject({ total: 3, alive: 1, dead: 2 });
  await Promise.all([pool.run({ sleep: 50 }), pool.run({ echo: 2 })]);
  expect(pool.health().alive).toBe(2);
  expect(await pool.run({ echo: 3 }, { instance: 2 })).toBe(3);
  expect(pool.health().alive).toBe(3);
});

test("a lazy instance that fails for good is tried no more often than its budget", async () => {
  const adapter = jsonTool("exits-at-start");
  await using pool = createPool({ adapter, start: "lazy", restart: quick });
  const turns = [1, 2, 3].map((echo) => rejection(pool.run({ echo })));
  expect((await Promise.all(turns)).map(({ code }) => code)).toEqual(
    Array.from({ length: 3 }, () => "INSTANCE_UNAVAILABLE"),
  );
  expect(pool.status().instances[0]?.generation).toBe(3);
});

test("ready() starts lazy instances", async () => {
  await using pool = createPool({ adapter: jsonTool("json-lines"), size: 2, start: "lazy" });
  await pool.ready();
  expect(pool.health()).toMatchObject({ alive: 2, dead: 0 });
});

test("no more processes start at once than startConcurrency allows", async () => {
  await using pool = createPool({
    adapter: jsonTool("slow-start", ["--delay-ms", "20"]),
    size: 6,
    startConcurrency: 2,
  });
  let starting = 0;
  let most = 0;
  pool.subscribe(({ type }) => {
    if (type === "process.starting") starting += 1;
    if (type === "process.ready") starting -= 1;
    most = Math.max(most, starting);
  });
  await pool.ready();
  expect(most).toBe(2);
});

test("a stop and a cancel do not wait for the starts of others", async () => {
  const adapter = jsonTool("hangs-at-start");
  await using pool = createPool({ adapter, size: 2, startConcurrency: 1 });
  await waitFor(() => pool.status().instances[0]?.alive, { what: "the first start" });
  await pool.stop(1);
  expect(pool.status().instances.map(({ state }) => state)).toEqual(["starting", "stopped"]);
  const begun = rejection(pool.start(1));
  await pool.stop(0);
  await waitFor(() => pool.status().instances[1]?.alive, { what: "the second start" });
  await pool.stop(1);
  expect(await begun).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
});

test("a status tells of a process that is not ready yet", async () => {
  await using pool = createPool({ adapter: jsonTool("hangs-at-start") });
  await waitFor(() => pool.status().instances[0]?.pid, { what: "the process" });
  expect(pool.status().instances[0]).toMatchObject({ state: "starting", alive: true });
});
