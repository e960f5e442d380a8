// The known faults of the system that this one succeeds, each with the proof that it is gone.
import {
  inheritedEnvironment,
  launchCluster,
  lineProtocol,
  type ToolAdapter,
} from "@cluster/manager";
import { fakeTool, isAlive, leftoverProcesses, TEST_MARKER, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { fakeAdapter } from "../support/fake-adapters.ts";

test("a read gives a whole turn, however many lines it has, never one line of it", async () => {
  const repl: ToolAdapter = {
    name: "repl",
    command: () => ({ ...fakeTool("repl"), env: inheritedEnvironment() }),
    connect: lineProtocol({ prompt: "> ", encode: (request) => `{EOF\n${request}\nEOF}` }),
  };
  await using cluster = launchCluster(repl, { count: 1 });
  const answer = "first line\n\nthird line\n  fourth line";
  cluster.send(answer);
  cluster.send("next");
  expect(await cluster.read(0)).toBe(answer);
  expect(await cluster.read(0)).toBe("next");
});

test("sends that belong together reach the same instance, in order, with nothing between", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 3, routing: "round-robin" });
  await cluster.ready();
  await using first = cluster.conversation();
  await using second = cluster.conversation();
  const sent = [
    first.run({ remember: "first: one" }),
    second.run({ remember: "second: one" }),
    first.run({ remember: "first: two" }),
    second.run({ remember: "second: two" }),
    ...Array.from({ length: 6 }, (_, i) => cluster.run({ echo: i }, { avoid: [0, 1] })),
  ];
  await Promise.all(sent);
  expect(await first.run({ recall: true })).toEqual(["first: one", "first: two"]);
  expect(await second.run({ recall: true })).toEqual(["second: one", "second: two"]);
  expect(first.instance).not.toBe(second.instance);
});

test("readAny wakes for whichever instance answers, without asking one after the other", async () => {
  const timeouts: number[] = [];
  const clock = {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    after(ms: number, callback: () => void) {
      timeouts.push(ms);
      const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  };
  await using cluster = launchCluster(fakeAdapter(), { count: 4, clock });
  await cluster.ready();
  const hanging = [0, 1, 2].map((instance) => cluster.sendTo(instance, { sleep: 60_000 }));
  await Promise.all(hanging.map((turn) => turn.assigned));
  timeouts.length = 0;
  const reading = cluster.readAny({ timeoutMs: 12_345 });
  cluster.sendTo(3, { echo: "the last instance" });
  expect(await reading).toMatchObject({ instance: 3, result: "the last instance" });
  // Its own deadline is the only timer that a read sets: the response itself wakes it.
  expect(timeouts.filter((ms) => ms < 60_000 && ms !== Number.POSITIVE_INFINITY)).toEqual([12_345]);
  const ends = hanging.map((turn) => turn.catch(() => {}));
  for (const turn of hanging) turn.cancel();
  await Promise.all(ends);
});

test("a restart replaces the process: there is never a second one for an instance", async () => {
  const adapter = fakeAdapter();
  await using cluster = launchCluster(adapter, { count: 3 });
  await cluster.ready();
  const before = cluster.getStatus().instances.map((one) => one.pid as number);
  await Promise.all([
    cluster.restartInstance(1),
    cluster.restartInstance(1),
    cluster.restartInstance(1),
  ]);
  const after = cluster.getStatus().instances;
  expect(after.map((one) => one.index)).toEqual([0, 1, 2]);
  expect(isAlive(before[1] as number)).toBe(false);
  expect(after.map((one) => one.pid === before[one.index])).toEqual([true, false, true]);
  const alive = leftoverProcesses(adapter.marker).map((one) => one.pid);
  expect(alive.toSorted()).toEqual(after.map((one) => one.pid).toSorted());
  expect(cluster.checkHealth()).toMatchObject({ total: 3, alive: 3, dead: 0 });
});

test("a crash is followed by one process, not two, even when a restart is asked for as well", async () => {
  const adapter = fakeAdapter();
  await using cluster = launchCluster(adapter, { count: 1 });
  const pid = (await cluster.run({ pid: true })) as number;
  process.kill(pid, "SIGKILL");
  await waitFor(() => !isAlive(pid), { what: "the process to be gone" });
  await cluster.restartInstance(0);
  await cluster.run({ echo: 1 });
  expect(leftoverProcesses(adapter.marker)).toHaveLength(1);
});

test("a late answer is never taken for the next one", async () => {
  const slow = fakeAdapter("answers-late", "--delay-ms", "300", "--when", "late");
  await using cluster = launchCluster(slow, { count: 1 });
  await cluster.ready();
  const late = cluster.send({ echo: "late" }, { turnTimeoutMs: 100 });
  const next = cluster.send({ echo: "next" });
  await expect(cluster.read(0)).rejects.toMatchObject({ code: "TURN_TIMEOUT" });
  expect(await cluster.read(0)).toBe("next");
  await cluster.run({ echo: "and one more, after the late answer would have come" });
  await expect(cluster.read(0, { timeoutMs: 400 })).rejects.toMatchObject({ code: "READ_TIMEOUT" });
  await expect(late).rejects.toMatchObject({ code: "TURN_TIMEOUT" });
  expect(await next).toBe("next");
});

test("a reader who gave up shifts nothing: each response stays with its own turn", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  await cluster.ready();
  const slow = cluster.send({ sleep: 150, echo: "slow" });
  await expect(cluster.readAny({ timeoutMs: 20 })).rejects.toMatchObject({ code: "READ_TIMEOUT" });
  const next = cluster.send({ echo: "next" });
  expect(await cluster.readAny()).toMatchObject({ turn: slow.id, result: "slow" });
  expect(await cluster.readAny()).toMatchObject({ turn: next.id, result: "next" });
});

test("marks what it starts", () => {
  // The checks above count processes by this mark: without it they could not fail.
  expect(fakeAdapter().command({ index: 0, generation: 0, cwd: "/" })).toMatchObject({
    env: { [TEST_MARKER]: expect.any(String) },
  });
});
