import { launchCluster, type MapItem } from "@cluster/manager";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { type FakeRequest, fakeAdapter } from "../support/fake-adapters.ts";

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const results = (items: readonly MapItem<FakeRequest, unknown>[]) =>
  items.map((item) => (item.outcome === "done" ? item.result : item.error));

test("yields results as they finish", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 3 });
  await cluster.ready();
  const requests = [600, 0, 200].map((sleep) => ({ sleep, echo: sleep }));
  const items = await collect(cluster.map(requests));
  expect(results(items)).toEqual([0, 200, 600]);
  expect(items.map((item) => item.index)).toEqual([1, 2, 0]);
  expect(items.map((item) => item.request)).toEqual([requests[1], requests[2], requests[0]]);
});

test("yields results in the order of the requests when asked", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 3 });
  const requests = [120, 0, 60, 0, 30].map((sleep, echo) => ({ sleep, echo }));
  const items = await collect(cluster.map(requests, { order: "input" }));
  expect(results(items)).toEqual([0, 1, 2, 3, 4]);
});

test("yields what failed too, and goes on", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 2 });
  const requests = [{ echo: 1 }, { fail: { class: "auth", message: "no" } }, { echo: 3 }];
  const items = await collect(cluster.map(requests, { order: "input" }));
  expect(items).toMatchObject([
    { outcome: "done", index: 0, result: 1, instance: expect.any(Number) },
    { outcome: "failed", index: 1, error: { failureClass: "auth" } },
    { outcome: "done", index: 2, result: 3 },
  ]);
});

test.each([
  [2, 2],
  [undefined, 3],
])("with concurrency %j runs %d at the same time", async (concurrency, most) => {
  await using cluster = launchCluster(fakeAdapter(), { count: 3 });
  await cluster.ready();
  let running = 0;
  let seen = 0;
  cluster.subscribe((event) => {
    if (event.type === "turn.started") seen = Math.max(seen, ++running);
    if (event.type === "turn.ended") running -= 1;
  });
  const requests = Array.from({ length: 12 }, (_, echo) => ({ sleep: 20, echo }));
  const items = await collect(cluster.map(requests, concurrency ? { concurrency } : {}));
  expect(items).toHaveLength(12);
  expect(seen).toBe(most);
});

test("takes requests only as fast as its results are taken", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 2 });
  let taken = 0;
  function* endless() {
    for (;;) yield { echo: ++taken };
  }
  const items = cluster.map(endless());
  await items.next();
  await waitFor(() => cluster.getStatus().metrics.pending === 0 && taken === 9);
  await cluster.run({ echo: "time passes" });
  // Four times the concurrency wait to be taken, and one was.
  expect(taken).toBe(9);
  await items.return();
});

test("takes requests from an async source, and does not hold results back while it waits", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 2 });
  const gate = Promise.withResolvers<void>();
  async function* source() {
    yield { echo: "first" };
    await gate.promise;
    yield { echo: "second" };
  }
  const items = cluster.map(source());
  expect((await items.next()).value).toMatchObject({ result: "first" });
  gate.resolve();
  expect((await items.next()).value).toMatchObject({ result: "second" });
  expect((await items.next()).done).toBe(true);
});

test("leaving the loop cancels what runs and closes the source", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 2 });
  let closed = false;
  function* source() {
    try {
      yield { echo: "quick" };
      for (;;) yield { sleep: 60_000 };
    } finally {
      closed = true;
    }
  }
  for await (const item of cluster.map(source())) {
    expect(item.index).toBe(0);
    break;
  }
  expect(closed).toBe(true);
  await waitFor(() => cluster.getStatus().metrics.pending === 0);
  expect(await cluster.run({ echo: "free again" })).toBe("free again");
});

test("a source that fails ends it, after the results of what was sent", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 2 });
  function* source() {
    yield { sleep: 50, echo: "sent" };
    throw new Error("no more files");
  }
  const seen: unknown[] = [];
  const mapping = (async () => {
    for await (const item of cluster.map(source())) seen.push(item);
  })();
  await expect(mapping).rejects.toThrow("no more files");
  expect(seen).toMatchObject([{ result: "sent" }]);
});

test("hands on the caller's signal", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 2 });
  const controller = new AbortController();
  const items = collect(
    cluster.map([{ sleep: 60_000 }, { sleep: 60_000 }, { echo: 1 }], { signal: controller.signal }),
  );
  await waitFor(() => cluster.getStatus().instances.every((one) => one.occupancy === "leased"));
  controller.abort();
  for (const item of await items) {
    expect(item).toMatchObject({ outcome: "failed", error: { code: "TURN_CANCELLED" } });
  }
});

test("of nothing is nothing", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  expect(await collect(cluster.map([]))).toEqual([]);
});

test.each([{ concurrency: 0 }, { concurrency: 1.5 }, { order: "random" }])(
  "refuses %j at once",
  async (options) => {
    await using cluster = launchCluster(fakeAdapter(), { count: 1 });
    expect(() => cluster.map([], options as never)).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID" }),
    );
  },
);
