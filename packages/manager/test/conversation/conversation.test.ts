import { launchCluster, oneShot, type ToolAdapter } from "@cluster/manager";
import { fakeTool, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { fakeAdapter } from "../support/fake-adapters.ts";

test("keeps context from turn to turn, with others at work beside it", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 2 });
  await using conversation = cluster.conversation();
  expect(conversation.instance).toBeNull();
  const sent = ["a", "b", "c"].map((word) => conversation.send({ remember: word }));
  const others = Array.from({ length: 10 }, (_, i) => cluster.run({ remember: `other ${i}` }));
  await Promise.all([...sent, ...others]);
  expect(await conversation.send({ recall: true })).toEqual(["a", "b", "c"]);
  expect(sent.map((turn) => turn.instance)).toEqual(sent.map(() => conversation.instance));
});

test("forgets its context when it is closed, so that the next one begins anew", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  {
    await using conversation = cluster.conversation();
    await conversation.run({ remember: "secret" });
  }
  expect(await cluster.run({ recall: true })).toEqual([]);
});

test("keeps the context for the next one with the release mode keep", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  {
    await using conversation = cluster.conversation({ release: "keep" });
    await conversation.run({ remember: "shared" });
  }
  const other = cluster.conversation();
  expect(await other.run({ recall: true })).toEqual(["shared"]);
  const pid = await other.run({ pid: true });
  await other.close("replace");
  expect(await cluster.run({ pid: true })).not.toBe(pid);
});

test("returns to its key's instance", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 3 });
  await cluster.ready();
  const homes = new Set<number | null>();
  for (let i = 0; i < 4; i += 1) {
    await using conversation = cluster.conversation({ key: "issue 12", release: "keep" });
    await conversation.run({ remember: `part ${i}` });
    homes.add(conversation.instance);
    await cluster.run({ echo: i });
  }
  expect(homes.size).toBe(1);
  await using last = cluster.conversation({ key: "issue 12" });
  expect(await last.run({ recall: true })).toEqual(["part 0", "part 1", "part 2", "part 3"]);
});

test("goes where the routing says", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 3, routing: "round-robin" });
  await using first = cluster.conversation();
  await using second = cluster.conversation();
  await Promise.all([first.run({ echo: 1 }), second.run({ echo: 2 })]);
  expect([first.instance, second.instance]).toEqual([0, 1]);
});

test("says so when its process and its context are gone, instead of going on without them", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  const conversation = cluster.conversation();
  await conversation.run({ remember: "something" });
  const dying = conversation.send({ exit: 3 });
  const queued = conversation.send({ recall: true });
  await expect(dying).rejects.toMatchObject({ code: "PROCESS_EXITED", exit: { code: 3 } });
  await expect(queued).rejects.toMatchObject({ code: "CONVERSATION_LOST" });
  expect(queued.started).toBe(false);
  await waitFor(() => cluster.getStatus().instances[0]?.state === "ready");
  await expect(conversation.run({ recall: true })).rejects.toMatchObject({
    code: "CONVERSATION_LOST",
  });
  await conversation.close();
  await using next = cluster.conversation();
  expect(await next.run({ recall: true })).toEqual([]);
});

test("says so when its instance was restarted", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  await using conversation = cluster.conversation();
  await conversation.run({ remember: "something" });
  await cluster.restartInstance(0);
  await expect(conversation.run({ recall: true })).rejects.toMatchObject({
    code: "CONVERSATION_LOST",
  });
});

test("says so when a turn that timed out cost it its process", async () => {
  const adapter = fakeAdapter("never-answers", "--when", "silence");
  await using cluster = launchCluster(adapter, { count: 1 });
  await using conversation = cluster.conversation();
  const silent = conversation.send({ echo: "silence" }, { turnTimeoutMs: 50 });
  const queued = conversation.send({ echo: "after" });
  await expect(silent).rejects.toMatchObject({ code: "TURN_TIMEOUT" });
  await expect(queued).rejects.toMatchObject({ code: "CONVERSATION_LOST" });
});

test("goes on after a turn that was cancelled, when the tool kept in step", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  await using conversation = cluster.conversation();
  await conversation.run({ remember: "kept" });
  const cancelled = conversation.send({ sleep: 60_000 });
  await cancelled.assigned;
  await waitFor(() => cancelled.started);
  cancelled.cancel();
  await expect(cancelled).rejects.toMatchObject({ code: "TURN_CANCELLED" });
  expect(await conversation.run({ recall: true })).toEqual(["kept"]);
});

test("of a one-shot tool is a process for each turn, on one instance", async () => {
  const tool: ToolAdapter = {
    name: "one-shot",
    capabilities: { oneShot: true },
    command: (_slot, request) => fakeTool("one-shot", request ?? ""),
    connect: oneShot({ input: "arguments" }),
  };
  await using cluster = launchCluster(tool, { count: 2 });
  await using conversation = cluster.conversation();
  const turns = ["a", "b"].map((text) => conversation.run(text));
  expect(await Promise.all(turns)).toEqual(["a", "b"]);
  expect(new Set(turns.map((turn) => turn.instance)).size).toBe(1);
});

test("goes on after a failure that the tool reported", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  await using conversation = cluster.conversation();
  await conversation.run({ remember: "kept" });
  await expect(
    conversation.run({ fail: { class: "quota", message: "wait" } }),
  ).rejects.toMatchObject({ failureClass: "quota" });
  expect(await conversation.run({ recall: true })).toEqual(["kept"]);
});

test("a request that is given up while it waits never reaches the tool", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  await using conversation = cluster.conversation();
  const controller = new AbortController();
  const first = conversation.run({ sleep: 100 });
  const cancelled = conversation.send({ remember: "cancelled" });
  const aborted = conversation.send({ remember: "aborted" }, { signal: controller.signal });
  const before = conversation.send({ remember: "too late" }, { signal: AbortSignal.abort() });
  cancelled.cancel("never mind");
  controller.abort();
  for (const turn of [cancelled, aborted, before]) {
    await expect(turn).rejects.toMatchObject({ code: "TURN_CANCELLED" });
    expect(turn.started).toBe(false);
  }
  await expect(cancelled.assigned).rejects.toThrow("never mind");
  await first;
  expect(await conversation.run({ recall: true })).toEqual([]);
});

test("close lets what was sent end, is idempotent, and takes nothing more", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  const conversation = cluster.conversation();
  const sent = [conversation.run({ sleep: 50, echo: 1 }), conversation.run({ echo: 2 })];
  const closing = [conversation.close(), conversation.close()];
  await expect(conversation.run({ echo: 3 })).rejects.toMatchObject({
    code: "CONVERSATION_CLOSED",
  });
  await Promise.all(closing);
  expect(await Promise.all(sent)).toEqual([1, 2]);
  expect(cluster.getStatus().instances[0]?.occupancy).toBe("free");
});

test("close of one that was never used takes no instance", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  await cluster.conversation().close();
  expect(cluster.getStatus().instances[0]?.turnsDone).toBe(0);
});

test("asks for an instance again after it could not get one", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1, maxQueue: 0 });
  await cluster.ready();
  const conversation = cluster.conversation();
  const blocking = cluster.run({ sleep: 100 });
  await expect(conversation.run({ echo: 1 })).rejects.toMatchObject({ code: "QUEUE_FULL" });
  await blocking;
  expect(await conversation.run({ echo: 2 })).toBe(2);
  await conversation.close();
});

test("its responses can be read like any other that nobody awaits", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 2 });
  await using conversation = cluster.conversation();
  const sent = conversation.send({ echo: "read me" });
  expect(await cluster.readAny()).toMatchObject({ turn: sent.id, result: "read me" });
});

test("yields the events of a turn that still waits for its instance", async () => {
  await using cluster = launchCluster(fakeAdapter(), { count: 1 });
  const blocking = cluster.run({ sleep: 50 });
  await using conversation = cluster.conversation();
  const types: string[] = [];
  for await (const event of conversation.run({ events: 1, echo: 1 })) types.push(event.type);
  expect(types).toEqual(["started", "text"]);
  await blocking;
});
