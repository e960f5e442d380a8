import { existsSync } from "node:fs";
import { isAlive, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { describeMode, firstLine, never, probeHost, spec } from "../support/host.ts";

describeMode("fork", () => {
  test("what an ended process left is told, gets its signals, and is gone then", async () => {
    const process = await probeHost().start(spec(["wait", "leave", "child", "session"]), never);
    const [pid, child = 0, runaway = 0] = await firstLine<number[]>(process);
    expect(pid).toBe(process.pid);
    expect(await process.exited).toEqual({ kind: "code", code: 0 });
    expect(process.kill("SIGKILL", "process")).toBe(false);
    // Its pid is kept as long as somebody may mean it.
    expect(isAlive(process.pid)).toBe(false);
    expect(existsSync(`/proc/${process.pid}`)).toBe(true);
    expect([isAlive(child), isAlive(runaway)]).toEqual([true, true]);
    expect(process.kill("SIGKILL", "group")).toBe(true);
    await waitFor(() => !isAlive(child) && !isAlive(runaway));
    await waitFor(() => !process.kill("SIGKILL", "group"));
    await waitFor(() => !existsSync(`/proc/${process.pid}`));
  });

  test("nobody asks for it, and it is gone soon nevertheless; that of others is not", async () => {
    const host = probeHost();
    const other = await host.start(spec(["wait", "child", "session"]), never);
    const others = await firstLine<number[]>(other);
    const process = await host.start(spec(["wait", "leave", "session"]), never);
    const [, runaway = 0] = await firstLine<number[]>(process);
    await process.exited;
    await waitFor(() => !isAlive(runaway));
    expect(others.map(isAlive)).toEqual([true, true, true]);
    other.kill("SIGKILL", "process");
    await other.exited;
    other.kill("SIGKILL", "group");
    await waitFor(() => !others.some(isAlive));
  });

  test("dispose() ends everything, also what hears no signal, is stopped or ran away", async () => {
    const host = probeHost();
    const deaf = await host.start(spec(["wait", "deaf", "child", "session"]), never);
    const stopped = await host.start(spec(["wait", "stop"]), never);
    const pids = [
      ...(await firstLine<number[]>(deaf)),
      ...(await firstLine<number[]>(stopped)),
      ...host.status().map(({ pid }) => pid),
    ];
    expect(pids).toHaveLength(5);
    await host.dispose();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await deaf.exited).toMatchObject({ kind: "signal", signal: "SIGKILL" });
    expect(host.status()).toEqual([]);
  });
});

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    test("a signal for the group reaches what the process has started", async () => {
      const process = await probeHost({ mode }).start(spec(["wait", "deaf", "child"]), never);
      const pids = await firstLine<number[]>(process);
      expect(process.kill("SIGTERM", "group")).toBe(true);
      await waitFor(() => pids.filter(isAlive).length === 1);
      expect(process.kill("SIGKILL", "group")).toBe(true);
      expect(await process.exited).toEqual({ kind: "signal", signal: "SIGKILL" });
    });
  });
}
