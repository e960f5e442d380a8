import { waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import {
  createPool,
  type ToolAdapter,
  type ToolConnection,
  type ToolProcess,
  type TurnContext,
} from "../../src/index.ts";
import { PING_INTERVAL_MS, PingClock } from "../support/ping-clock.ts";

/** A tool whose process only lives; its sessions are on this side, and count their turns. */
function counting(): ToolAdapter<string, string> & Record<"processes" | "begun" | "pings", number> {
  const tool = {
    name: "counting",
    processes: 0,
    begun: 0,
    pings: 0,
    command: () => ({ file: process.execPath, args: ["-e", "process.stdin.resume()"] }),
    connect(child: ToolProcess): ToolConnection<string, string> {
      tool.processes += 1;
      const session = () => {
        let turns = 0;
        return {
          async run(request: string, { emit }: TurnContext) {
            turns += 1;
            tool.begun += 1;
            if (request === "die") process.kill(child.pid, "SIGKILL");
            if (request === "die" || request === "hang") await new Promise(() => {});
            emit({ type: "text", text: request });
            return `${request} ${turns}`;
          },
        };
      };
      const ping = async (): Promise<void> => {
        tool.pings += 1;
      };
      return { ready: async () => {}, ping, ...session(), openSession: async () => session() };
    },
  };
  return tool;
}

const code = (turn: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(turn).then(
    () => "done",
    (error: { code?: string }) => error.code,
  );

test("instances are sessions of one process; without a reset of its own a session is opened anew", async () => {
  const adapter = counting();
  await using pool = createPool({ adapter, size: 2, sessionsPerProcess: 2 });
  const ask = (instance: number, release: "keep" | "reset") => pool.run("x", { instance, release });
  expect([await ask(0, "keep"), await ask(1, "keep"), await ask(0, "reset")]).toEqual([
    "x 1",
    "x 1",
    "x 2",
  ]);
  expect([await ask(0, "keep"), await ask(1, "keep")]).toEqual(["x 1", "x 2"]);
  expect(adapter.processes).toBe(1);
  const [one, other] = pool.status().instances;
  expect(one?.pid).toBe(other?.pid);
});

test("the death of the process is that of every session, and they share the next one", async () => {
  const adapter = counting();
  const restart = { backoffMs: 1 };
  await using pool = createPool({ adapter, size: 2, sessionsPerProcess: 2, restart });
  await pool.ready();
  const hanging = code(pool.run("hang", { instance: 0 }));
  expect(await code(pool.run("die", { instance: 1 }))).toBe("PROCESS_EXITED");
  expect(await hanging).toBe("PROCESS_EXITED");
  expect(await Promise.all([0, 1].map((instance) => pool.run("x", { instance })))).toEqual([
    "x 1",
    "x 1",
  ]);
  expect(adapter.processes).toBe(2);
});

test("a turn that no interrupt stops ends the process, and with it the others' turns", async () => {
  const adapter = counting();
  await using pool = createPool({ adapter, size: 2, sessionsPerProcess: 2, graceMs: 100 });
  await pool.ready();
  const other = code(pool.run("hang", { instance: 1 }));
  const stuck = pool.run("hang", { instance: 0, turnTimeoutMs: 100 });
  expect(await code(stuck)).toBe("TURN_TIMEOUT");
  expect(await other).toBe("PROCESS_EXITED");
});

test("a session that is not ready says what the connection of its process makes of that", async () => {
  const tool = counting();
  const adapter: ToolAdapter = {
    ...tool,
    command: () => ({
      file: process.execPath,
      args: ["-e", "console.error('a licence is missing'); process.stdin.resume()"],
    }),
    connect: (child, slot) => ({
      ...tool.connect(child, slot),
      ready: () => new Promise(() => {}),
      hint: () => "Is it switched on?",
    }),
  };
  // It has said it long before.
  const waits = { startTimeoutMs: 2_000, restart: { intensity: 0 } };
  await using pool = createPool({ adapter, size: 2, sessionsPerProcess: 2, ...waits });
  await expect(pool.ready()).rejects.toThrow(
    /^counting was not ready within 2000 ms. Is it switched on\? .*"a licence is missing\\n"/,
  );
});

describe("what cannot be", () => {
  const plain = counting();

  test.each([
    ["sessions of a one-shot tool", { ...plain, capabilities: { oneShot: true } }, {}],
    ["memory that is a session's", plain, { recycle: { memoryBytes: 1e9 } }],
    ["no session", plain, { sessionsPerProcess: 0 }],
  ])("%s", (_, adapter, options) => {
    const made = () => createPool({ adapter, sessionsPerProcess: 2, ...options });
    expect(made).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
    expect(made).toThrow(/sessionsPerProcess/);
  });

  test("sessions of a connection without them", async () => {
    const adapter: ToolAdapter = {
      ...plain,
      connect(child) {
        const { openSession: _none, ...connection } = plain.connect(child, slot);
        return connection;
      },
    };
    const slot = { index: 0, generation: 0, cwd: "/" };
    await using single = createPool({ adapter });
    await using lease = await single.lease();
    expect(await code(lease.openSession())).toBe("SESSIONS_UNSUPPORTED");
    await using shared = createPool({ adapter, sessionsPerProcess: 2, restart: { intensity: 0 } });
    await expect(shared.ready()).rejects.toThrow(/has no openSession/);
  });
});

test("a process is asked whether it lives for each of its sessions, but not beside a turn", async () => {
  const adapter = counting();
  const clock = new PingClock();
  const pingIntervalMs = PING_INTERVAL_MS;
  await using pool = createPool({ adapter, size: 2, sessionsPerProcess: 2, clock, pingIntervalMs });
  await pool.ready();
  const strike = async (): Promise<void> => {
    clock.strike();
    await waitFor(() => clock.waiting === 2, { what: "the next pings to be planned" });
  };
  await strike();
  expect(adapter.pings).toBe(2);
  // It may be too busy with the turn to answer; the turn will show whether it lives.
  const cancel = new AbortController();
  const hanging = code(pool.run("hang", { instance: 0, signal: cancel.signal }));
  await waitFor(() => adapter.begun === 1, { what: "the turn to begin" });
  await strike();
  expect(adapter.pings).toBe(2);
  cancel.abort();
  expect(await hanging).toBe("TURN_CANCELLED");
});
