import { randomUUID } from "node:crypto";
import { childProcessHost, createPool, type PoolOptions, type TurnContext } from "@cluster/pool";
import {
  type FakeAgentFault,
  leftoverProcesses,
  TEST_MARKER,
  temporaryFolder,
  waitFor,
} from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { acpAdapter } from "../src/index.ts";
import { fakeProfile } from "./support/fake.ts";

interface Trial {
  readonly faults?: readonly FakeAgentFault[];
  readonly sessionsPerProcess?: number;
  readonly pool?: Partial<PoolOptions<never, never>>;
}

/** A pool of fake agents; `left` are its living processes. */
async function agents({ faults = [], sessionsPerProcess = 3, pool: options }: Trial) {
  const folder = await temporaryFolder();
  const marker = randomUUID();
  const pool = createPool({
    adapter: acpAdapter(fakeProfile(faults), {
      sessionsPerProcess,
      environment: { [TEST_MARKER]: marker },
    }),
    size: 3,
    cwd: folder.path,
    restart: { backoffMs: 1 },
    ledger: false,
    ...(options as object),
  });
  return {
    pool,
    folder: folder.path,
    left: () => leftoverProcesses(marker),
    async [Symbol.asyncDispose]() {
      await pool.shutdown();
      expect(leftoverProcesses(marker)).toEqual([]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

const reason = (turn: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(turn).then(
    (value) => ({ unexpected: value }),
    (error: unknown) => error,
  );

describe("instances that share a process", () => {
  test("have a session each, and work at the same time", async () => {
    await using all = await agents({});
    const { pool } = all;
    await pool.ready();
    expect(all.left()).toHaveLength(1);
    const leases = await Promise.all([pool.lease(), pool.lease(), pool.lease()]);
    for (const [number, lease] of leases.entries()) {
      await lease.run({ message: `remember ${number}` });
    }
    const recalled = await Promise.all(leases.map((lease) => lease.run({ message: "recall" })));
    expect(recalled.map(({ reply }) => reply)).toEqual(["0", "1", "2"]);
    await Promise.all(leases.map((lease) => lease.release("reset")));
    expect(await pool.run({ message: "recall" })).toMatchObject({ reply: "nothing" });
    expect(all.left()).toHaveLength(1);
  });

  test("take as many processes as they need", async () => {
    await using all = await agents({ sessionsPerProcess: 2 });
    await all.pool.ready();
    expect(all.left()).toHaveLength(2);
  });

  test("a crash ends a turn of each, which says so, and all are served again", async () => {
    await using all = await agents({});
    const { pool } = all;
    await pool.ready();
    const leases = await Promise.all([pool.lease(), pool.lease(), pool.lease()]);
    const others = leases.slice(1).map((lease) => reason(lease.run({ message: "say x\nhang" })));
    const dead = { code: "PROCESS_EXITED", exit: { kind: "code", code: 3 } };
    const died = await reason((leases[0] ?? leases[1])?.run({ message: "die" }) as never);
    expect(died).toMatchObject({ ...dead, stderr: "fake agent: out of memory" });
    for (const other of await Promise.all(others)) expect(other).toMatchObject(dead);
    await Promise.all(leases.map((lease) => lease.release()));
    const again = await Promise.all([1, 2, 3].map((n) => pool.run({ message: `say ${n}` })));
    expect(again.map(({ reply }) => reply)).toEqual(["1", "2", "3"]);
    expect(all.left()).toHaveLength(1);
  });

  test("a turn that is cancelled ends alone", async () => {
    await using all = await agents({});
    const { pool } = all;
    const [one, other] = await Promise.all([pool.lease(), pool.lease()]);
    const going = other.run(
      { message: "ask other\nsay done" },
      {
        onQuestion: async () => {
          expect(await reason(hanging)).toMatchObject({ code: "TURN_IDLE_TIMEOUT" });
          return { kind: "confirm", yes: true };
        },
      },
    );
    const hanging = one.run({ message: "hang" }, { idleTimeoutMs: 200 });
    expect(await going).toMatchObject({ reply: "allow_oncedone" });
    expect(pool.status().instances.map(({ generation }) => generation)).toEqual([1, 1, 1]);
  });

  test("one that does not hear of its end takes the process with it", async () => {
    const pool = { interruptTimeoutMs: 200, graceMs: 200 };
    await using all = await agents({ faults: ["ignores-cancel"], pool });
    const stuck = all.pool.run({ message: "hang" }, { idleTimeoutMs: 200 });
    expect(await reason(stuck)).toMatchObject({ code: "TURN_IDLE_TIMEOUT" });
    expect(await all.pool.run({ message: "say on" })).toMatchObject({ reply: "on" });
    await waitFor(() => all.left().length === 1);
  });

  test("a stop of one leaves the others alone, and the last one ends the process", async () => {
    await using all = await agents({});
    const { pool } = all;
    await pool.ready();
    await pool.stop(0);
    expect(all.left()).toHaveLength(1);
    expect(await pool.run({ message: "say on" }, { instance: 1 })).toMatchObject({ reply: "on" });
    await pool.restart(1);
    expect(all.left()).toHaveLength(1);
    await pool.stop(1);
    await pool.stop(2);
    expect(all.left()).toEqual([]);
    await pool.start(0);
    expect(await pool.run({ message: "say again" })).toMatchObject({ reply: "again" });
  });

  test("are not given another session of a process that has said nonsense", async () => {
    await using all = await agents({ pool: { restart: { intensity: 1, backoffMs: 1 } } });
    const { pool } = all;
    await pool.ready();
    const broken = pool.run({ message: "bad-json\nhang" }, { instance: 0 });
    expect(await reason(broken)).toMatchObject({ code: "PROTOCOL_VIOLATION" });
    expect(await pool.run({ message: "say on" }, { instance: 0 })).toMatchObject({ reply: "on" });
  });

  test("leave a process that has served long enough", async () => {
    await using all = await agents({ pool: { recycle: { turns: 2 } } });
    const { pool } = all;
    await pool.ready();
    const pids = () => pool.status().instances.map(({ pid }) => pid);
    const [first] = pids();
    await waitFor(async () => {
      for (const instance of [0, 1, 2]) await pool.run({ message: "say x" }, { instance });
      return !pids().includes(first ?? 0);
    });
  });

  test("its words are counted as the output of each session", async () => {
    await using all = await agents({ pool: { maxTurnBytes: 300_000 } });
    const flood = all.pool.run({ message: "flood" });
    expect(await reason(flood)).toMatchObject({ code: "TURN_OUTPUT_LIMIT" });
    expect(await all.pool.run({ message: "say on" })).toMatchObject({ reply: "on" });
  });

  test("an agent that cannot be used fails all of them, with its own words", async () => {
    await using all = await agents({ faults: ["needs-auth"], pool: { restart: { intensity: 0 } } });
    expect(await reason(all.pool.ready())).toMatchObject({ failureClass: "auth" });
  });
});

test("a lease has sessions of its own, which end with it", async () => {
  await using all = await agents({ sessionsPerProcess: 1, pool: { size: 1 } });
  const lease = await all.pool.lease();
  await lease.run({ message: "remember lease" });
  const session = await lease.openSession();
  expect(await session.run({ message: "recall" })).toMatchObject({ reply: "nothing" });
  expect(await lease.run({ message: "recall" })).toMatchObject({ reply: "lease" });
  const hanging = session.run({ message: "hang" }, { idleTimeoutMs: 100 });
  expect(await reason(lease.run({ message: "recall" }))).toMatchObject({ code: "LEASE_BUSY" });
  expect(await reason(hanging)).toMatchObject({ code: "TURN_IDLE_TIMEOUT" });
  expect(await session.run({ message: "say still here" })).toMatchObject({ reply: "still here" });
  await session.close();
  expect(await reason(session.run({ message: "x" }))).toMatchObject({ code: "LEASE_RELEASED" });
  const open = await lease.openSession();
  await lease.release();
  expect(await reason(open.run({ message: "x" }))).toMatchObject({ code: "LEASE_RELEASED" });
  expect(all.pool.status().instances[0]?.generation).toBe(1);
});

test("prompts on one session follow one another, though the agent would merge them", async () => {
  await using folder = await temporaryFolder();
  const adapter = acpAdapter(fakeProfile(["merges-prompts"]));
  const slot = { index: 0, generation: 0, cwd: folder.path };
  const { file, args = [], env = {} } = await adapter.command(slot);
  const { signal } = new AbortController();
  const process = await childProcessHost().start({ file, args, env, cwd: folder.path }, signal);
  try {
    const connection = adapter.connect(process, slot);
    await connection.ready(signal);
    const context: TurnContext = {
      signal,
      emit: () => {},
      ask: async () => ({ kind: "confirm", yes: true }),
      endedBy: () => {},
    };
    const turns = ["one", "two", "three"].map((text) =>
      connection.run({ message: `ask other\nsay ${text}` }, context),
    );
    const replies = (await Promise.all(turns)).map(({ reply }) => reply);
    expect(replies).toEqual(["allow_onceone", "allow_oncetwo", "allow_oncethree"]);
  } finally {
    process.kill("SIGKILL", "group");
    await process.exited;
  }
});
