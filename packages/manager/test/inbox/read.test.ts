import { launchCluster } from "@cluster/manager";
import { waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { fakeAdapter } from "../support/fake-adapters.ts";

describe("read", () => {
  test("gives the responses of one instance in the order of its turns, each once", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    for (const echo of ["a", "b", "c"]) cluster.sendTo(1, { echo });
    cluster.sendTo(0, { echo: "other" });
    expect(await cluster.read(1)).toBe("a");
    expect(await cluster.read(1)).toBe("b");
    expect(await cluster.read(1)).toBe("c");
    await expect(cluster.read(1, { timeoutMs: 0 })).rejects.toMatchObject({ code: "READ_TIMEOUT" });
    expect(await cluster.read(0)).toBe("other");
  });

  test("waits for a request that is sent later", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const reading = cluster.read(0);
    cluster.send({ echo: "late" });
    expect(await reading).toBe("late");
  });

  test("serves concurrent readers in the order in which they came", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const readers = [cluster.read(0), cluster.readAny(), cluster.read(0)] as const;
    for (const echo of [1, 2, 3]) cluster.send({ echo });
    expect(await readers[0]).toBe(1);
    expect(await readers[1]).toMatchObject({ result: 2 });
    expect(await readers[2]).toBe(3);
  });

  test("rejects with what its turn failed with, and the next read has the next turn", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    cluster.send({ fail: { class: "quota", message: "slow down" } });
    cluster.send({ echo: "after" });
    await expect(cluster.read(0)).rejects.toMatchObject({ failureClass: "quota" });
    expect(await cluster.read(0)).toBe("after");
  });

  test("takes nothing when it times out or is given up", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const turn = cluster.send({ sleep: 300, echo: "there" });
    await turn.assigned;
    const controller = new AbortController();
    const given = cluster.read(0, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(given).rejects.toMatchObject({
      code: "READ_CANCELLED",
      cause: { message: "enough" },
    });
    await expect(cluster.read(0, { signal: controller.signal })).rejects.toMatchObject({
      code: "READ_CANCELLED",
    });
    await expect(cluster.read(0, { timeoutMs: 10 })).rejects.toThrow("within 10 ms");
    expect(await cluster.read(0)).toBe("there");
  });

  test.each([-1, 2, 0.5, Number.NaN])(
    "refuses instance %d, which there is not",
    async (instance) => {
      await using cluster = launchCluster(fakeAdapter(), { count: 2 });
      await expect(cluster.read(instance)).rejects.toMatchObject({ code: "INSTANCE_UNKNOWN" });
    },
  );

  test.each([-1, Number.NaN, "10"])("refuses the timeout %j", async (timeoutMs) => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const options = { timeoutMs: timeoutMs as number };
    await expect(cluster.read(0, options)).rejects.toMatchObject({ code: "OPTION_INVALID" });
    await expect(cluster.readAny(options)).rejects.toThrow("timeoutMs: expected");
  });
});

describe("readAny", () => {
  test("gives responses in the order in which they finished, with instance and turn", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    await cluster.ready();
    const slow = cluster.sendTo(0, { sleep: 400, echo: "slow" });
    const quick = cluster.sendTo(1, { echo: "quick" });
    expect(await cluster.readAny()).toEqual({
      outcome: "done",
      instance: 1,
      turn: quick.id,
      result: "quick",
    });
    expect(await cluster.readAny()).toMatchObject({ instance: 0, turn: slow.id, result: "slow" });
  });

  test("delivers a failed turn too, with its error", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const turn = cluster.send({ fail: { class: "auth", message: "bad key" } });
    expect(await cluster.readAny()).toMatchObject({
      outcome: "failed",
      instance: 0,
      turn: turn.id,
      error: { failureClass: "auth", message: "bad key" },
    });
  });

  test("delivers a turn that failed before it had an instance", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1, maxQueue: 0 });
    const first = cluster.run({ sleep: 100 });
    const second = cluster.send({ echo: 1 });
    expect(await cluster.readAny()).toMatchObject({
      outcome: "failed",
      instance: null,
      turn: second.id,
      error: { code: "QUEUE_FULL" },
    });
    await first.catch(() => {});
  });

  test("gives each response to exactly one of many readers", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 3 });
    const wanted = Array.from({ length: 60 }, (_, i) => i);
    const read: unknown[] = [];
    const all = new AbortController();
    const reader = async () => {
      for (;;) {
        const delivered = await cluster.readAny({ signal: all.signal });
        if (delivered.outcome === "done") read.push(delivered.result);
        if (read.length === wanted.length) all.abort();
      }
    };
    const readers = Promise.allSettled([reader(), reader(), reader(), reader()]);
    for (const echo of wanted) cluster.send({ echo });
    for (const end of await readers) {
      expect(end).toMatchObject({ status: "rejected", reason: { code: "READ_CANCELLED" } });
    }
    expect(read.toSorted((a, b) => Number(a) - Number(b))).toEqual(wanted);
    expect(cluster.getStatus().metrics).toMatchObject({ totalReceived: 60, unread: 0 });
  });
});

describe("a response that its caller awaits", () => {
  test("goes to no reader", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    await cluster.send({ echo: "awaited" });
    const caught = cluster.send({ fail: { class: "auth", message: "no" } }).catch(() => "caught");
    expect(await caught).toBe("caught");
    cluster.send({ echo: "read" });
    expect(await cluster.readAny()).toMatchObject({ result: "read" });
    expect(cluster.getStatus().metrics.unread).toBe(0);
  });

  test("is taken out of what waits to be read when it is awaited later", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const turn = cluster.send({ echo: "first" });
    await cluster.run({ echo: "second" });
    expect(cluster.getStatus().metrics.unread).toBe(1);
    expect(await turn).toBe("first");
    expect(cluster.getStatus().metrics.unread).toBe(0);
    await expect(cluster.readAny({ timeoutMs: 0 })).rejects.toMatchObject({ code: "READ_TIMEOUT" });
  });

  test("still settles its turn when a reader had it first", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const turn = cluster.send({ echo: "both" });
    expect(await cluster.read(0)).toBe("both");
    expect(await turn).toBe("both");
  });

  test("is not taken by iterating over its events", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    for await (const _event of cluster.send({ echo: "watched" })) {
      // Only watching.
    }
    expect(await cluster.read(0)).toBe("watched");
  });
});

describe("responses that nobody reads", () => {
  test("are bounded: the oldest go, with an event, and the next reader is told once", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1, maxUnread: 2 });
    const evicted: number[] = [];
    cluster.subscribe((event) => {
      if (event.type === "response.evicted") evicted.push(event.turn);
    });
    const turns = [1, 2, 3, 4].map((echo) => cluster.send({ echo }));
    await cluster.run({ echo: "the end" });
    expect(evicted).toEqual([1, 2]);
    expect(cluster.getStatus().metrics).toMatchObject({ unread: 2, evicted: 2 });
    await expect(cluster.read(0)).rejects.toMatchObject({
      code: "RESPONSES_EVICTED",
      message: expect.stringContaining("2 finished responses of instance 0"),
    });
    expect(await cluster.read(0)).toBe(3);
    expect(await cluster.readAny()).toMatchObject({ result: 4 });
    // Its turn still holds it.
    expect(await turns[0]).toBe(1);
  });

  test("are told of to the reader of that instance, not to another one's", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2, maxUnread: 0 });
    cluster.sendTo(1, { echo: "lost" });
    await waitFor(() => cluster.getStatus().metrics.evicted === 1);
    await expect(cluster.read(0, { timeoutMs: 0 })).rejects.toMatchObject({ code: "READ_TIMEOUT" });
    await expect(cluster.readAny({ timeoutMs: 0 })).rejects.toMatchObject({
      code: "RESPONSES_EVICTED",
    });
    await expect(cluster.read(1, { timeoutMs: 0 })).rejects.toMatchObject({ code: "READ_TIMEOUT" });
  });

  test("are not kept at all with maxUnread 0, but reach a reader who waits", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1, maxUnread: 0 });
    const reading = cluster.readAny();
    cluster.send({ echo: "seen" });
    expect(await reading).toMatchObject({ result: "seen" });
    expect(cluster.getStatus().metrics.evicted).toBe(0);
  });

  test("can be read after the shutdown; then readers are turned away", async () => {
    const cluster = launchCluster(fakeAdapter(), { count: 1 });
    cluster.send({ echo: "kept" });
    await cluster.drain();
    const hanging = cluster.read(0).then(() => cluster.readAny());
    await cluster.shutdown();
    await expect(hanging).rejects.toMatchObject({ code: "CLUSTER_CLOSED" });
    await expect(cluster.read(0)).rejects.toMatchObject({ code: "CLUSTER_CLOSED" });
  });
});
