import { kill } from "node:process";
import { createPool, type PoolEvent } from "@cluster/pool";
import { type FakeAgentFault, temporaryFolder, waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { acpAdapter } from "../src/index.ts";
import { fakeProfile } from "./support/fake.ts";

/** A pool whose idle processes are often asked whether they live. */
async function watched(sessionsPerProcess: number, ...faults: readonly FakeAgentFault[]) {
  const folder = await temporaryFolder();
  const adapter = acpAdapter(fakeProfile(faults), { sessionsPerProcess });
  let answers = 0;
  const pool = createPool({
    adapter: {
      ...adapter,
      connect(process, slot) {
        const connection = adapter.connect(process, slot);
        const ready = connection.ready.bind(connection);
        connection.ready = async (signal) => {
          await ready(signal);
          const ping = connection.ping?.bind(connection);
          if (ping === undefined) return;
          connection.ping = async (giveUp) => {
            await ping(giveUp);
            answers += 1;
          };
        };
        return connection;
      },
    },
    size: sessionsPerProcess,
    cwd: folder.path,
    restart: { backoffMs: 1 },
    ledger: false,
    pingIntervalMs: 50,
    pingTimeoutMs: 2_000,
  });
  return {
    pool,
    answers: () => answers,
    /** Resolves when a process ends, with why. */
    ended: new Promise<string>((resolve) => {
      pool.subscribe((event: PoolEvent) => {
        if (event.type === "process.ended") resolve(event.reason);
      });
    }),
    async [Symbol.asyncDispose]() {
      await pool.shutdown();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe.each([
  ["a process of its own", 1],
  ["a process that several instances share", 3],
])("%s", (_, sessions) => {
  test("is asked between turns whether it lives, and replaced when it is stopped", async () => {
    await using agents = await watched(sessions);
    const { pool } = agents;
    await pool.ready();
    await waitFor(() => agents.answers() > 3);
    expect(await pool.run({ message: "say here" })).toMatchObject({ reply: "here" });
    const first = pool.status().instances.map(({ generation }) => generation);
    expect(first).toEqual(first.map(() => 1));
    kill(pool.status().instances[0]?.pid ?? 0, "SIGSTOP");
    expect(await agents.ended).toBe("ping-failed");
    expect(await pool.run({ message: "say on" })).toMatchObject({ reply: "on" });
  });
});

test("an agent that leaves unknown requests unanswered is not asked, hence not taken for dead", async () => {
  await using folder = await temporaryFolder();
  const adapter = acpAdapter(fakeProfile(["ignores-unknown"]));
  const connections: { ping?: unknown }[] = [];
  await using pool = createPool({
    adapter: {
      ...adapter,
      connect(process, slot) {
        const connection = adapter.connect(process, slot);
        connections.push(connection);
        return connection;
      },
    },
    cwd: folder.path,
    ledger: false,
  });
  expect(await pool.run({ message: "say here" })).toMatchObject({ reply: "here" });
  expect(connections.map(({ ping }) => ping)).toEqual([undefined]);
});
