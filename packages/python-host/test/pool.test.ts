import { createPool, jsonLinesProtocol, type PoolOptions, type ToolAdapter } from "@cluster/pool";
import { isAlive, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import type { PythonHost, PythonHostMode } from "../src/index.ts";
import { describeMode, environment, probeHost, python, rejection } from "./support/host.ts";

interface Answer {
  readonly pid: number;
  readonly marks: readonly number[];
}

function probePool(
  mode: PythonHostMode,
  options: Partial<PoolOptions<unknown, Answer>> = {},
): { pool: ReturnType<typeof createPool<unknown, Answer>>; host: PythonHost } {
  const host = probeHost({ mode });
  const adapter: ToolAdapter<unknown, Answer> = {
    name: "probe",
    host,
    command: () => ({ file: python, args: ["serve"], env: environment }),
    connect: jsonLinesProtocol(),
  };
  return { pool: createPool({ adapter, ...options }), host };
}

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    test("a pool keeps its processes warm, or has a new one for each turn", async () => {
      await using warm = probePool(mode).pool;
      const [first, second] = [await warm.run(1), await warm.run(2)];
      expect(second).toEqual({ pid: first.pid, marks: [1, 2], said: 2 });
      await using fresh = probePool(mode, { afterTurn: "replace" }).pool;
      const [third, fourth] = [await fresh.run(1), await fresh.run(2)];
      expect(third.marks).toEqual([1]);
      expect(fourth.marks).toEqual([1]);
      expect(fourth.pid).not.toBe(third.pid);
    });

    test("a turn that is given up ends its process, and the next one is served", async () => {
      await using pool = probePool(mode).pool;
      const { pid } = await pool.run(1);
      const turn = rejection(pool.run("hang", { turnTimeoutMs: 50 }));
      expect(await turn).toMatchObject({ code: "TURN_TIMEOUT" });
      expect(isAlive(pid)).toBe(false);
      expect((await pool.run(1)).pid).not.toBe(pid);
    });
  });
}

describeMode("fork", () => {
  test("a server that is killed in a turn: the turn says so, and the pool serves on", async () => {
    const { pool, host } = probePool("fork", { size: 2 });
    await pool.ready();
    const turns = ["hang", "hang"].map((request) => rejection(pool.run(request)));
    await waitFor(() => pool.status().instances.every(({ occupancy }) => occupancy === "leased"));
    const [server] = host.status();
    process.kill(server?.pid ?? 0, "SIGKILL");
    for (const error of await Promise.all(turns)) {
      expect(error).toMatchObject({
        code: "PROCESS_EXITED",
        message: expect.stringContaining(
          `the Python server (pid ${server?.pid}) was killed by SIGKILL and took the process with it`,
        ),
      });
    }
    expect((await pool.run(1)).marks).toEqual([1]);
    await pool.shutdown();
  });
});
