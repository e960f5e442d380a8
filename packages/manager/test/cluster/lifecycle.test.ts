import { type ClusterEvent, launchCluster } from "@cluster/manager";
import { isAlive, leftoverProcesses, waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { fakeAdapter } from "../support/fake-adapters.ts";

describe("the options", () => {
  test("default to three instances and the shared queue", async () => {
    await using cluster = launchCluster(fakeAdapter());
    expect(cluster.size).toBe(3);
    expect(cluster.getStatus()).toMatchObject({ tool: "json-lines", routing: "shared-queue" });
  });

  test("allow as many instances as one likes", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 25, start: "lazy" });
    expect(cluster.getStatus().instances).toHaveLength(25);
  });

  test.each([
    [{ count: 0 }, "count: expected a whole number of at least 1, found number 0"],
    [{ count: 1.5 }, "count: expected"],
    [{ count: "3" }, 'found string "3"'],
    [{ maxUnread: -1 }, "maxUnread: expected"],
    [{ maxUnread: Number.NaN }, "maxUnread: expected"],
    [{ routing: 3 }, "routing: expected"],
    [{ routing: {} }, "routing: expected"],
    [{ weight: 3 }, "weight: expected a function of the instance"],
    [{ size: 3 }, "a cluster takes count"],
    [{ adapter: {} }, "a cluster takes the first argument"],
  ])("refuse %j", (options, message) => {
    const launch = () => launchCluster(fakeAdapter(), options as never);
    expect(launch).toThrow(message);
    expect(launch).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  });

  test("refuse an unknown routing, naming those that there are", () => {
    expect(() => launchCluster(fakeAdapter(), { routing: "random" as never })).toThrow(
      expect.objectContaining({
        code: "STRATEGY_UNKNOWN",
        message: expect.stringContaining("shared-queue, round-robin, least-busy, sticky"),
      }),
    );
  });

  test("refuse what is wrong for the pool, and a tool that is none", () => {
    expect(() => launchCluster(fakeAdapter(), { graceMs: -1 })).toThrow("graceMs");
    expect(() => launchCluster("aider" as never)).toThrow("expected a ToolAdapter");
  });
});

describe("scale", () => {
  test("adds instances, which take their share", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1, routing: "round-robin" });
    await cluster.scale(3);
    expect(cluster.size).toBe(3);
    const turns = [1, 2, 3].map((echo) => cluster.run({ echo }));
    await Promise.all(turns);
    expect(turns.map((turn) => turn.instance).toSorted()).toEqual([0, 1, 2]);
  });

  test("lets those that go finish their turn, and sends them nothing more", async () => {
    const adapter = fakeAdapter();
    await using cluster = launchCluster(adapter, { count: 3, routing: "round-robin" });
    await cluster.ready();
    const last = cluster.sendTo(2, { sleep: 200, echo: "finished" });
    await waitFor(() => cluster.getStatus().instances[2]?.occupancy === "leased");
    const scaled = cluster.scale(1);
    const turns = [1, 2, 3].map((echo) => cluster.run({ echo }));
    expect(await Promise.all(turns.map((turn) => turn.assigned))).toEqual([0, 0, 0]);
    await Promise.all(turns);
    expect(await last).toBe("finished");
    await scaled;
    expect(cluster.getStatus().instances).toHaveLength(1);
    expect(leftoverProcesses(adapter.marker)).toHaveLength(1);
    await expect(cluster.sendTo(2, { echo: 1 })).rejects.toMatchObject({
      code: "INSTANCE_UNKNOWN",
    });
  });

  test("sends nothing to those that go when more are wanted again before they are gone", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 3, routing: "round-robin" });
    await cluster.ready();
    await using first = cluster.conversation();
    await using second = cluster.conversation();
    await using third = cluster.conversation();
    const held = [first, second, third];
    const turns = held.map((conversation) => conversation.run({ echo: "begun" }));
    expect(await Promise.all(turns.map((turn) => turn.assigned))).toEqual([0, 1, 2]);
    await Promise.all(turns);
    await first.close();
    const scaled = [cluster.scale(1), cluster.scale(3)];
    expect(cluster.size).toBe(3);
    const atOnce = [1, 2, 3].map((echo) => cluster.run({ echo }));
    expect(await Promise.all(atOnce)).toEqual([1, 2, 3]);
    // What is refused to one that goes shows that it is going.
    await expect(cluster.sendTo(1, { echo: 0 })).rejects.toMatchObject({
      code: "INSTANCE_UNAVAILABLE",
    });
    const meanwhile = [4, 5, 6].map((echo) => cluster.run({ echo }));
    expect(await Promise.all(meanwhile)).toEqual([4, 5, 6]);
    expect([...atOnce, ...meanwhile].map((turn) => turn.instance)).toEqual([0, 0, 0, 0, 0, 0]);
    await Promise.all([second.close(), third.close()]);
    await Promise.all(scaled);
    await cluster.ready();
    const after = [7, 8, 9].map((echo) => cluster.run({ echo }));
    await Promise.all(after);
    expect(after.map((turn) => turn.instance).toSorted()).toEqual([0, 1, 2]);
  });

  test("tells a request that waited for an instance that goes", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    await cluster.ready();
    const running = cluster.sendTo(1, { sleep: 100 });
    const waiting = cluster.sendTo(1, { echo: 1 });
    await waitFor(() => running.started);
    const scaled = cluster.scale(1);
    await expect(waiting).rejects.toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
    await scaled;
    await running;
  });

  test("is measured by its pool", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    await Promise.all([cluster.run({ echo: 1 }), cluster.run({ echo: 2 })]);
    const { requests, runMs, waitMs, instances } = cluster.measure();
    expect(requests).toMatchObject({ accepted: 2, done: 2 });
    expect([runMs.count, waitMs.count, instances.failed]).toEqual([2, 2, 0]);
  });

  test("routes again what was routed to an instance that goes", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2, routing: "round-robin" });
    await cluster.ready();
    await using held = cluster.conversation();
    await held.run({ echo: "on the first" });
    const running = cluster.run({ sleep: 100 });
    const waiting = [1, 2, 3, 4].map((echo) => cluster.run({ echo }));
    const conversation = cluster.conversation();
    const talk = [5, 6].map((echo) => conversation.run({ echo }));
    expect(await Promise.all(waiting.map((turn) => turn.assigned))).toEqual([0, 1, 0, 1]);
    await waitFor(() => running.started);
    const scaled = cluster.scale(1);
    await held.close();
    expect(await Promise.all(waiting)).toEqual([1, 2, 3, 4]);
    expect(waiting.map((turn) => turn.instance)).toEqual([0, 0, 0, 0]);
    expect(await Promise.all(talk)).toEqual([5, 6]);
    await Promise.all([running, scaled, conversation.close()]);
  });

  test.each([-1, 1.5, Number.NaN])("refuses %d and stays as it is", async (count) => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    await expect(cluster.scale(count)).rejects.toMatchObject({ code: "OPTION_INVALID" });
    expect(cluster.size).toBe(2);
  });

  test("of a cluster that has shut down is refused", async () => {
    const cluster = launchCluster(fakeAdapter(), { count: 2 });
    await cluster.shutdown();
    await expect(cluster.scale(5)).rejects.toMatchObject({ code: "POOL_CLOSED" });
    expect(cluster.size).toBe(2);
  });
});

describe("restartInstance", () => {
  test("rejects the turn that it interrupts and keeps those that wait", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const running = cluster.send({ sleep: 60_000 });
    const waiting = cluster.send({ echo: "served by the new process" });
    await waitFor(() => running.started);
    const restarted = cluster.restartInstance(0);
    await expect(running).rejects.toMatchObject({ code: "PROCESS_EXITED" });
    expect(await waiting).toBe("served by the new process");
    await restarted;
  });

  test("rejects for an instance that there is not", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    await expect(cluster.restartInstance(1)).rejects.toMatchObject({ code: "INSTANCE_UNKNOWN" });
  });
});

describe("drain and shutdown", () => {
  test("drain lets everything end that was sent, and takes nothing more", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    const turns = Array.from({ length: 8 }, (_, i) => cluster.run({ sleep: 20, echo: i }));
    const drained = cluster.drain();
    await expect(cluster.run({ echo: 9 })).rejects.toMatchObject({ code: "POOL_CLOSED" });
    await drained;
    expect(cluster.getStatus()).toMatchObject({ state: "draining", metrics: { pending: 0 } });
    expect(await Promise.all(turns)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("drain closes conversations, after what they were asked", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const conversation = cluster.conversation();
    const asked = conversation.run({ sleep: 50, echo: "asked" });
    await asked.assigned;
    await cluster.drain();
    expect(await asked).toBe("asked");
    await expect(conversation.run({ echo: 1 })).rejects.toMatchObject({
      code: "CONVERSATION_CLOSED",
    });
  });

  test("shutdown rejects what has not ended and leaves no process", async () => {
    const adapter = fakeAdapter("ignores-sigterm");
    const cluster = launchCluster(adapter, { count: 2 });
    await cluster.ready();
    const pids = cluster.getStatus().instances.map((one) => one.pid as number);
    await using hanging = launchCluster(fakeAdapter("never-answers"), { count: 1 });
    const turns = [hanging.run({ echo: 1 }), hanging.run({ echo: 2 })];
    const ends = turns.map((turn) => turn.catch((error: unknown) => error));
    await waitFor(() => turns[0]?.started);
    await Promise.all([cluster.shutdown({ timeoutMs: 50 }), hanging.shutdown({ timeoutMs: 50 })]);
    for (const end of ends) expect(await end).toMatchObject({ code: "POOL_CLOSED" });
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(leftoverProcesses(adapter.marker)).toEqual([]);
    expect(cluster.checkHealth()).toMatchObject({ total: 2, alive: 0, dead: 2 });
  });

  test("leaving the scope of await using ends every process", async () => {
    const adapter = fakeAdapter();
    {
      await using cluster = launchCluster(adapter, { count: 3 });
      await cluster.ready();
      expect(leftoverProcesses(adapter.marker)).toHaveLength(3);
    }
    expect(leftoverProcesses(adapter.marker)).toEqual([]);
  });

  test("a tool that is not there fails ready() and every request, and says why", async () => {
    await using cluster = launchCluster({
      name: "missing",
      command: () => ({ file: "/nonexistent/tool" }),
      connect: fakeAdapter().connect,
    });
    await expect(cluster.ready()).rejects.toThrow("/nonexistent/tool");
    await expect(cluster.run({ echo: 1 })).rejects.toThrow("/nonexistent/tool");
  });
});

describe("getStatus and checkHealth", () => {
  test("count what was sent, received and failed, whatever the method", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    await cluster.run({ echo: 1 });
    await cluster.send({ fail: { class: "auth", message: "no" } }).catch(() => {});
    cluster.sendTo(1, { echo: 2 });
    for await (const _item of cluster.map([{ echo: 3 }])) {
      // Counted only.
    }
    await cluster.read(1);
    await using conversation = cluster.conversation();
    const asked = conversation.run({ sleep: 10 });
    const behind = conversation.run({ echo: 4 });
    expect(cluster.getStatus().metrics).toEqual({
      totalSent: 6,
      totalReceived: 3,
      totalFailed: 1,
      pending: 2,
      unread: 0,
      evicted: 0,
    });
    await Promise.all([asked, behind]);
    expect(cluster.getStatus().metrics).toMatchObject({ totalReceived: 5, pending: 0 });
  });

  test("show a dead instance as dead, with how it ended", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2, restart: { intensity: 0 } });
    await cluster.ready();
    await cluster.sendTo(1, { exit: 4 }).catch(() => {});
    await waitFor(() => cluster.checkHealth().dead === 1);
    expect(cluster.checkHealth()).toMatchObject({
      total: 2,
      alive: 1,
      dead: 1,
      instances: [
        { index: 0, alive: true },
        { index: 1, alive: false },
      ],
    });
    expect(cluster.getStatus().instances[1]).toMatchObject({
      tool: "json-lines",
      alive: false,
      pid: null,
      returnCode: 4,
      state: "failed",
      turnsFailed: 1,
      endedAt: expect.any(Number),
    });
    await cluster.restartInstance(1);
    expect(cluster.getStatus().instances[1]).toMatchObject({ alive: true, returnCode: null });
  });

  test("are snapshots, which do not change", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const before = cluster.getStatus();
    const copy = structuredClone(before);
    await cluster.run({ echo: 1 });
    expect(before).toEqual(copy);
    expect(cluster.getStatus()).not.toEqual(copy);
  });
});

describe("subscribe", () => {
  test("hears everything until it is ended, and harms nobody when it throws", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const heard: ClusterEvent["type"][] = [];
    const once = cluster.subscribe(() => {
      once();
      throw new Error("a bad listener");
    });
    const unsubscribe = cluster.subscribe((event) => heard.push(event.type));
    await cluster.run({ echo: 1 });
    expect(heard).toEqual(
      expect.arrayContaining(["process.ready", "instance.state", "turn.started", "turn.ended"]),
    );
    unsubscribe();
    const count = heard.length;
    await cluster.run({ echo: 2 });
    expect(heard).toHaveLength(count);
    expect((await warned).message).toBe("a bad listener");
  });
});
