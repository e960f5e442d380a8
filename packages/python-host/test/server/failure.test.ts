import { ProcessStartError } from "@cluster/pool";
import { isAlive, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import type { PythonHost, PythonHostOptions } from "../../src/index.ts";
import {
  describeMode,
  environment,
  firstLine,
  never,
  probeHost,
  python,
  rejection,
  spec,
  wholeRun,
} from "../support/host.ts";

const quick = { restart: { backoffMs: 1, maxBackoffMs: 1 } };

function serverOf(host: PythonHost): number {
  return host.status()[0]?.pid ?? 0;
}

function fork(options: Partial<PythonHostOptions> = {}): PythonHost {
  return probeHost({ mode: "fork", ...quick, ...options });
}

describeMode("fork", () => {
  test("killed: its processes are gone and say so, and the next start has a new one", async () => {
    const host = fork();
    const deaf = await host.start(spec(["wait", "deaf", "child", "session"]), never);
    const stopped = await host.start(spec(["wait", "stop"]), never);
    const pids = [...(await firstLine<number[]>(deaf)), ...(await firstLine<number[]>(stopped))];
    const server = serverOf(host);
    process.kill(server, "SIGKILL");
    const exit = {
      kind: "unknown",
      reason: `the Python server (pid ${server}) was killed by SIGKILL and took the process with it`,
    };
    expect(await Promise.all([deaf.exited, stopped.exited])).toEqual([exit, exit]);
    await waitFor(() => !pids.some(isAlive), { what: `the end of ${pids.join(", ")}` });
    expect(deaf.kill("SIGKILL", "group")).toBe(false);
    const next = await host.start(spec(["leave", "0"]), never);
    expect(await next.exited).toEqual({ kind: "code", code: 0 });
    expect(serverOf(host)).not.toBe(server);
  });

  test("killed during starts: each is refused or ends with it, and none is forgotten", async () => {
    const host = fork({ spares: 0 });
    await host.prepare(spec([]));
    const server = serverOf(host);
    // A server that is stopped can neither fork nor tell.
    process.kill(server, "SIGSTOP");
    const starts = Array.from({ length: 5 }, () => host.start(spec(["wait"]), never));
    const settled = Promise.allSettled(starts);
    setImmediate(() => process.kill(server, "SIGKILL"));
    for (const outcome of await settled) {
      // One that was so late that it asked for changed files first has a new server.
      if (outcome.status === "fulfilled") continue;
      expect(outcome.reason).toBeInstanceOf(ProcessStartError);
      expect(outcome.reason).toMatchObject({
        message: expect.stringContaining(
          `the Python server (pid ${server}) was killed by SIGKILL during the start.`,
        ),
        cause: { code: undefined },
      });
    }
  });

  test("stopped: it is missed, killed and replaced", async () => {
    const host = fork({ heartbeatTimeoutMs: 1_000 });
    const running = await host.start(spec(["wait"]), never);
    const server = serverOf(host);
    process.kill(server, "SIGSTOP");
    expect(await running.exited).toEqual({
      kind: "unknown",
      reason:
        `the Python server (pid ${server}) did not answer for 1000 ms and was killed and took the ` +
        "process with it",
    });
    const next = await host.start(spec(["leave", "0"]), never);
    expect(await next.exited).toEqual({ kind: "code", code: 0 });
  });

  test("out of memory in the warm-up: the start says so", async () => {
    const host = fork({ warmUp: "broken:out_of_memory" });
    expect(await rejection(host.start(spec([]), never))).toMatchObject({
      message: expect.stringContaining("it ran out of memory warming up"),
      cause: { code: "ENOMEM" },
    });
  });

  test("no memory for a fork: the start says so, and the next one has a new server", async () => {
    const host = fork({ warmUp: "broken:no_memory_for_a_fork", spares: 0 });
    await host.prepare(spec([]));
    const server = serverOf(host);
    expect(await rejection(host.start(spec([]), never))).toMatchObject({
      message: expect.stringContaining("the machine has no memory left"),
      cause: { code: "ENOMEM" },
    });
    await waitFor(() => !isAlive(server));
    await host.prepare(spec([]));
    expect(serverOf(host)).not.toBe(server);
  });

  test("it fails again and again: starts are refused, with its last words as the reason", async () => {
    const host = fork({
      warmUp: "broken:dies",
      restart: { intensity: 2, periodMs: 600_000, backoffMs: 1 },
    });
    for (let round = 0; round < 3; round += 1) {
      expect(await rejection(host.start(spec([]), never))).toMatchObject({
        message: expect.stringContaining("it was killed by SIGKILL in its imports or its warm-up"),
      });
    }
    expect(await rejection(host.start(spec([]), never))).toMatchObject({
      message: expect.stringMatching(
        /failed more than 2 times within 600000 ms[\s\S]*The last time: it was killed by SIGKILL/,
      ),
    });
  });

  test("servers that work count too, when they are killed", async () => {
    const host = fork({ restart: { intensity: 1, periodMs: 600_000, backoffMs: 1 } });
    for (let round = 0; round < 2; round += 1) {
      const running = await host.start(spec(["wait"]), never);
      process.kill(serverOf(host), "SIGKILL");
      await running.exited;
    }
    expect((await rejection(host.start(spec([]), never))).message).toMatch(
      /The last time: the Python server \(pid \d+\) was killed by SIGKILL/,
    );
  });

  test("servers differ by the environment, but not by its late part", async () => {
    const host = fork({ lateEnvironment: ["TASK"] });
    const env = (more: object) => ({ env: { ...environment, ...more } });
    await host.prepare(spec([], env({ TASK: "1", PWD: "/a" })));
    await host.prepare(spec([], env({ TASK: "2", PWD: "/b" })));
    expect(host.status()).toHaveLength(1);
    await host.prepare(spec([], env({ OTHER: "1" })));
    expect(host.status()).toHaveLength(2);
    expect(host.status()[0]).toEqual({
      pid: serverOf(host),
      file: python,
      state: "ready",
      processes: 0,
      spares: expect.any(Number),
    });
  });

  test("threads that stay make it ordinary processes, which a warning says", async () => {
    const warnings: string[] = [];
    const onWarning = (text: string) => void warnings.push(text);
    const host = fork({ mode: "auto", warmUp: "broken:thread", onWarning });
    const run = await wholeRun(await host.start(spec(["leave", "3"]), never));
    expect(run.exit).toEqual({ kind: "code", code: 3 });
    expect(host.status()).toEqual([]);
    await (await host.start(spec(["leave", "0"]), never)).exited;
    expect(warnings).toEqual([
      expect.stringMatching(/leave threads running \(keeps-waiting\)[\s\S]*Ordinary processes/),
    ]);
  });

  test("connections that stay are told, and threads where it is to be forked all the same", async () => {
    const warnings: string[] = [];
    const onWarning = (text: string) => void warnings.push(text);
    await fork({ warmUp: "broken:connection", onWarning }).prepare(spec([]));
    await fork({ warmUp: "broken:thread", onWarning }).prepare(spec([]));
    expect(warnings).toEqual([
      expect.stringMatching(/connections open \(127\.0\.0\.1:\d+\)/),
      expect.stringMatching(/keeps-waiting[\s\S]*forked nevertheless/),
    ]);
  });
});
