import { launchCluster, PoolError } from "@cluster/manager";
import { waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { fakeAdapter } from "../support/fake-adapters.ts";

describe("send", () => {
  test("returns a turn at once, and its result when it is awaited", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    const turn = cluster.send({ echo: "hello" });
    expect(turn.instance).toBeNull();
    expect(turn.id).toBe(1);
    expect(await turn).toBe("hello");
    expect(turn.endedBy).toBe("protocol");
    expect(turn.started).toBe(true);
  });

  test.each(["round-robin", "least-busy", "sticky"] as const)(
    "%s assigns an instance at once, before any is ready",
    async (routing) => {
      await using cluster = launchCluster(fakeAdapter("slow-start"), { count: 2, routing });
      const turn = cluster.send({ echo: 1 });
      expect(turn.instance).toBe(0);
      expect(await turn.assigned).toBe(0);
      expect(cluster.getStatus().instances.some((one) => one.state === "ready")).toBe(false);
      expect(await turn).toBe(1);
    },
  );

  test("the shared queue assigns an instance only when one is free", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const first = cluster.send({ sleep: 200, echo: "first" });
    const second = cluster.send({ echo: "second" });
    expect(await first.assigned).toBe(0);
    expect(second.instance).toBeNull();
    const order: string[] = [];
    const both = [
      first.then(() => order.push("first is done")),
      second.assigned.then(() => order.push("second is assigned")),
    ];
    await Promise.all(both);
    expect(order).toEqual(["first is done", "second is assigned"]);
    await second;
  });

  test("round-robin goes round, whether or not the instances are ready", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 3, routing: "round-robin" });
    const instances: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const turn = cluster.run({ echo: i });
      instances.push(await turn.assigned);
      await turn;
    }
    expect(instances).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test("round-robin takes a retry to another instance, and avoid keeps it from one", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 3, routing: "round-robin" });
    const retry = cluster.run({ echo: 1 }, { attempt: 2 });
    expect(await retry.assigned).toBe(1);
    const avoiding = cluster.run({ echo: 1 }, { avoid: [0, 1] });
    expect(await avoiding.assigned).toBe(2);
    await Promise.all([retry, avoiding]);
  });

  test("least-busy goes where the least is waiting", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 3, routing: "least-busy" });
    const slow = [cluster.sendTo(0, { sleep: 60_000 }), cluster.sendTo(1, { sleep: 60_000 })];
    for (let i = 0; i < 3; i += 1) {
      const quick = cluster.run({ echo: i });
      expect(await quick.assigned).toBe(2);
      await quick;
    }
    for (const turn of slow) turn.cancel();
    await Promise.allSettled(slow);
  });

  test("sticky gives everything without a key to the first instance", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 3, routing: "sticky" });
    const turns = [1, 2, 3].map((echo) => cluster.run({ echo }));
    expect(await Promise.all(turns.map((turn) => turn.assigned))).toEqual([0, 0, 0]);
    await Promise.all(turns);
  });

  test.each([
    "shared-queue",
    "round-robin",
    "least-busy",
    "sticky",
    "two-choices",
    "weighted",
    "latency-aware",
  ] as const)(
    "%s keeps one key on one instance, and keys apart from each other",
    async (routing) => {
      await using cluster = launchCluster(fakeAdapter(), { count: 3, routing });
      await cluster.ready();
      const homes = new Map<string, Set<number>>();
      for (let round = 0; round < 4; round += 1) {
        const turns = ["a", "b", "c", "d"].map((key) => {
          const turn = cluster.run({ sleep: 5, echo: key }, { key });
          void turn.assigned.then((at) => homes.set(key, (homes.get(key) ?? new Set()).add(at)));
          return turn;
        });
        await Promise.all(turns);
      }
      for (const home of homes.values()) expect(home.size).toBe(1);
      expect(new Set([...homes.values()].map((home) => [...home][0])).size).toBeGreaterThan(1);
    },
  );

  test("a key moves when its instance's process dies, and stays where it went", async () => {
    await using cluster = launchCluster(fakeAdapter(), {
      count: 3,
      routing: "sticky",
      restart: { backoffMs: 1_000 },
    });
    await cluster.ready();
    const send = async () => {
      const turn = cluster.run({ pid: true }, { key: "docs" });
      await turn;
      return { at: turn.instance as number, pid: (await turn) as number };
    };
    const first = await send();
    expect((await send()).at).toBe(first.at);
    process.kill(first.pid, "SIGKILL");
    await waitFor(() => cluster.getStatus().instances[first.at]?.state !== "ready");
    const second = await send();
    expect(second.at).not.toBe(first.at);
    await waitFor(() => cluster.getStatus().instances[first.at]?.state === "ready");
    expect((await send()).at).toBe(second.at);
  });

  test("weighted gives each instance what it weighs", async () => {
    await using cluster = launchCluster(fakeAdapter(), {
      count: 3,
      routing: "weighted",
      weight: (instance) => [0, 1, 3][instance] ?? 0,
    });
    const turns = Array.from({ length: 40 }, (_, echo) => cluster.run({ echo }));
    const assigned = await Promise.all(turns.map((turn) => turn.assigned));
    await Promise.all(turns);
    expect(assigned.filter((at) => at === 0)).toEqual([]);
    const most = assigned.filter((at) => at === 2).length;
    expect(most).toBeGreaterThanOrEqual(28);
    expect(most).toBeLessThanOrEqual(32);
  });

  test("takes a strategy of one's own, which sees load and latency", async () => {
    const seen: unknown[] = [];
    await using cluster = launchCluster(fakeAdapter(), {
      count: 2,
      routing: {
        name: "last",
        pick(candidates, request) {
          seen.push(structuredClone({ candidates, request }));
          return candidates.at(-1) ?? null;
        },
      },
    });
    const turns = [cluster.run({ echo: 1 }), cluster.run({ echo: 2 })];
    expect(await Promise.all(turns.map((turn) => turn.assigned))).toEqual([1, 1]);
    await Promise.all(turns);
    await cluster.run({ echo: 3 });
    expect(seen).toMatchObject([
      {
        candidates: [
          { index: 0, inFlight: 0 },
          { index: 1, inFlight: 0 },
        ],
        request: { sequence: 0, attempt: 1 },
      },
      { candidates: [{ index: 0 }, { index: 1, inFlight: 1 }], request: { sequence: 1 } },
      { candidates: [{ index: 0 }, { index: 1, inFlight: 0, latencyMs: expect.any(Number) }] },
    ]);
    expect(seen.at(-1)).toMatchObject({
      candidates: [{ index: 0 }, { latencyAgeMs: expect.any(Number) }],
    });
    expect(cluster.getStatus().routing).toBe("last");
  });
});

describe("sendTo", () => {
  test("reaches the instance it names, in the order of sending", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 3, routing: "round-robin" });
    const turns = [1, 2, 3].map((n) => cluster.sendTo(2, { remember: `word ${n}` }));
    await Promise.all(turns);
    expect(await cluster.sendTo(2, { recall: true })).toEqual(["word 1", "word 2", "word 3"]);
    expect(await cluster.sendTo(0, { recall: true })).toEqual([]);
  });

  test.each([3, -1, 0.5])("rejects for instance %d, which there is not", async (instance) => {
    await using cluster = launchCluster(fakeAdapter(), { count: 3 });
    await expect(cluster.sendTo(instance, { echo: 1 })).rejects.toMatchObject({
      code: "INSTANCE_UNKNOWN",
    });
  });
});

describe("a turn", () => {
  test("yields its events", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const turn = cluster.send({ events: 2, echo: "x" });
    const types: string[] = [];
    for await (const event of turn) types.push(event.type);
    expect(types).toEqual(["started", "text", "text"]);
    expect(await turn).toBe("x");
  });

  test("is given up by its own cancel, and by the signal of the caller", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    const controller = new AbortController();
    const turns = [
      cluster.send({ sleep: 60_000 }),
      cluster.send({ sleep: 60_000 }, { signal: controller.signal }),
    ] as const;
    await Promise.all(turns.map((turn) => turn.assigned));
    turns[0].cancel("enough");
    controller.abort(new Error("too late"));
    await expect(turns[0]).rejects.toMatchObject({ code: "TURN_CANCELLED" });
    await expect(turns[1]).rejects.toThrow("too late");
  });

  test("that the tool fails carries the tool's own class", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    const turn = cluster.run({ fail: { class: "quota", message: "slow down" } });
    await expect(turn).rejects.toMatchObject({ code: "TOOL_FAILED", failureClass: "quota" });
  });

  test("whose process dies rejects with what happened, and the instance comes back", async () => {
    await using cluster = launchCluster(fakeAdapter("dies-in-turn", "--when", "die"), { count: 1 });
    const turn = cluster.run({ echo: "die" });
    await expect(turn).rejects.toThrow(PoolError);
    await expect(turn).rejects.toMatchObject({
      code: "PROCESS_EXITED",
      exit: { kind: "code", code: 7 },
      stderr: expect.stringContaining("the fake tool dies in its turn"),
    });
    expect(await cluster.run({ echo: "again" })).toBe("again");
  });

  test("has the same number in the cluster's events", async () => {
    await using cluster = launchCluster(fakeAdapter(), { count: 2 });
    const seen: [string, number][] = [];
    cluster.subscribe((event) => {
      if ("turn" in event) seen.push([event.type, event.turn]);
    });
    await using conversation = cluster.conversation();
    // The second one waits for the first, so the pool counts the third before it.
    const turns = [
      conversation.run({ sleep: 50 }),
      conversation.run({ echo: "second" }),
      cluster.run({ echo: "third" }),
    ];
    await Promise.all(turns);
    expect(turns.map((turn) => turn.id)).toEqual([1, 2, 3]);
    expect(seen.toSorted((a, b) => a[1] - b[1])).toEqual([
      ["request.accepted", 1],
      ["turn.started", 1],
      ["turn.ended", 1],
      ["request.accepted", 2],
      ["turn.started", 2],
      ["turn.ended", 2],
      ["request.accepted", 3],
      ["turn.started", 3],
      ["turn.ended", 3],
    ]);
  });
});
