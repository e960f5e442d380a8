import { type FleetEvent, fleet } from "@cluster/manager";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { type FakeRequest, fakeAdapter } from "../support/fake-adapters.ts";
import { counted, gated, once, type Tool } from "./crew.ts";

const echoes = (count: number): FakeRequest[] =>
  Array.from({ length: count }, (_, echo) => ({ echo }));

test("a slow tool holds nobody up: whoever is free takes the next request", async () => {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using crew = fleet(
    { slow: 1, quick: 1 },
    { tools: { slow: gated(gate.promise), quick: gated(begun.promise) } },
  );
  crew.subscribe((event) => {
    if (event.type === "request.assigned" && event.tool === "slow") begun.resolve();
  });
  const turns = echoes(8).map((request) => crew.run(request));
  await waitFor(() => turns.some(({ tool }) => tool === "slow"), {
    what: "a turn of the slow tool",
  });
  const held = turns.find(({ tool }) => tool === "slow");
  await Promise.all(turns.filter((turn) => turn !== held));
  expect(crew.getStatus()).toMatchObject({ sent: 8, done: 7, waiting: 0, atWork: 1 });
  expect(turns.filter(({ tool }) => tool === "quick")).toHaveLength(7);
  gate.resolve();
  await held;
  expect(crew.getStatus()).toMatchObject({ done: 8, failed: 0, failedOver: 0, atWork: 0 });
});

test("a tool is started by its first request, and only as often as there are requests", async () => {
  const gate = Promise.withResolvers<void>();
  const [first, second] = [counted(gated(gate.promise)), counted(gated(gate.promise))];
  await using crew = fleet({ first: 4, second: 4 }, { tools: { first, second } });
  expect([first.starts, second.starts]).toEqual([0, 0]);
  const two = echoes(2).map((request) => crew.run(request));
  await waitFor(() => two.every(({ tool }) => tool === "first"), { what: "two turns" });
  expect([first.starts, second.starts]).toEqual([2, 0]);
  const three = echoes(3).map((request) => crew.run(request));
  await waitFor(() => three.every(({ tool }) => tool !== null), { what: "three more" });
  expect([first.starts, second.starts]).toEqual([4, 1]);
  gate.resolve();
  await Promise.all([...two, ...three]);
});

test("a request that comes alone has a process for itself, the next one a warm one", async () => {
  const solo = once();
  const warm = counted();
  await using crew = fleet({ tool: 2 }, { tools: { tool: { ...warm, oneShot: () => solo } } });
  expect(await crew.run({ echo: "alone" })).toBe("once alone");
  expect(crew.getStatus().tools.tool).toMatchObject({
    cluster: { health: { alive: 0 } },
    oneShot: { health: { alive: 0 }, metrics: { totalReceived: 1 } },
  });
  expect([solo.starts, warm.starts]).toEqual([1, 0]);
  expect(await crew.run({ echo: "again" })).toBe("again");
  expect(solo.starts).toBe(1);
  await using other = fleet(
    { tool: 2 },
    { tools: { tool: { ...counted(), oneShot: () => solo } } },
  );
  await Promise.all(echoes(2).map((request) => other.run(request)));
  expect(solo.starts).toBe(1);
});

test("a request reaches the tool or the capability that it names", async () => {
  const able = { ...gated(undefined, "able"), capabilities: { skills: ["python"] } };
  const tools = {
    plain: gated(undefined, "plain"),
    able,
    told: { adapter: gated(undefined, "told"), capabilities: ["review"] },
  };
  await using crew = fleet({ plain: 1, able: 1, told: 1 }, { tools });
  expect(await crew.run({ echo: 1 }, { tool: "told" })).toBe("told 1");
  expect(await crew.run({ echo: 2 }, { capability: "python" })).toBe("able 2");
  expect(await crew.run({ echo: 3 }, { capability: "review" })).toBe("told 3");
  expect(crew.getStatus().tools.able.capabilities).toEqual(["python"]);
  expect(() => crew.run({ echo: 4 }, { capability: "cooking" })).toThrow(
    /capability: expected one of python, review, found string "cooking"/,
  );
  const unknown = { tool: "nobody" as "plain" };
  expect(() => crew.send({ echo: 5 }, unknown)).toThrow(/one of plain, able, told/);
});

test("map runs many requests on all tools and says which one did each", async () => {
  const both = Promise.withResolvers<void>();
  await using crew = fleet(
    { a: 2, b: 1 },
    { tools: { a: gated(both.promise, "a"), b: gated(both.promise, "b") } },
  );
  const begun = new Set<string>();
  crew.subscribe((event) => {
    if (event.type === "request.assigned" && begun.add(event.tool).size === 2) both.resolve();
  });
  const told: string[] = [];
  for await (const item of crew.map(echoes(9), { order: "input" })) {
    expect(item).toMatchObject({ outcome: "done", result: `${item.tool} ${item.index}` });
    told.push(item.tool ?? "");
  }
  expect(new Set(told)).toEqual(new Set(["a", "b"]));
  const named: unknown[] = [];
  for await (const { tool } of crew.map(echoes(3), { tool: "b" })) named.push(tool);
  expect(named).toEqual(["b", "b", "b"]);
});

test("tools that share a provider take no more turns at once than it allows", async () => {
  const crew = fleet(
    { a: 2, b: 2 },
    {
      tools: {
        a: { ...fakeAdapter(), provider: "shared" },
        b: { adapter: fakeAdapter(), provider: "shared" },
      },
      providers: { shared: { maxTurns: 1 } },
    },
  );
  await using _ = crew;
  let [atWork, most] = [0, 0];
  crew.subscribe((event) => {
    if (event.type === "turn.started") most = Math.max(most, ++atWork);
    if (event.type === "turn.ended") atWork -= 1;
  });
  await Promise.all([
    ...echoes(4).map((request) => crew.run({ ...request, sleep: 5 }, { tool: "a" })),
    ...echoes(4).map((request) => crew.run({ ...request, sleep: 5 }, { tool: "b" })),
  ]);
  expect(most).toBe(1);
  const wrong = { tools: { a: fakeAdapter() }, providers: { nobody: { maxTurns: 1 } } };
  expect(() => fleet({ a: 1 }, wrong)).toThrow(/providers.nobody: expected the provider of a tool/);
});

test("events bear the tool's name, and tie a request to its tool's turn", async () => {
  await using crew = fleet({ a: 1, b: 1 }, { tools: { a: fakeAdapter(), b: fakeAdapter() } });
  const events: FleetEvent[] = [];
  const end = crew.subscribe((event) => events.push(event));
  const turn = crew.send({ echo: 1, events: 2 }, { tool: "b" });
  const heard: string[] = [];
  for await (const { type } of turn) heard.push(type);
  expect(heard.length).toBeGreaterThanOrEqual(2);
  end();
  const assigned = events.find((event) => event.type === "request.assigned");
  expect(assigned).toMatchObject({ tool: "b", turn: turn.id, toolTurn: 1, instance: 0 });
  expect(new Set(events.map(({ tool }) => tool))).toEqual(new Set(["b"]));
  expect(
    crew.measure().b.cluster.requests.done + crew.measure().b.cluster.runMs.count,
  ).toBeGreaterThan(0);
});

test("a request is given up while it waits and while it runs, and never reaches another one", async () => {
  const gate = Promise.withResolvers<void>();
  await using crew = fleet({ a: 1 }, { tools: { a: gated(gate.promise) } });
  const running = crew.run({ echo: 1, sleep: 60_000 });
  const abort = new AbortController();
  const waiting = crew.run({ echo: 2 }, { signal: abort.signal });
  await waitFor(() => running.tool === "a", { what: "the first turn" });
  abort.abort(new Error("not wanted"));
  await expect(waiting).rejects.toMatchObject({
    code: "TURN_CANCELLED",
    message: expect.stringContaining("not wanted"),
  });
  expect(waiting.tool).toBeNull();
  running.cancel("nor this");
  await expect(running).rejects.toMatchObject({ code: "TURN_CANCELLED" });
  gate.resolve();
  expect(await crew.run({ echo: 3 })).toBe(3);
});

test("a request whose instance was lost before it began can be given up while it waits again", async () => {
  const adapter = fakeAdapter();
  let starts = 0;
  const tool: Tool = {
    ...adapter,
    command(...slot) {
      starts += 1;
      // The second process is never ready, so that the request goes on waiting.
      if (starts === 1) return adapter.command(...slot);
      return { file: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"] };
    },
  };
  await using crew = fleet({ only: 1 }, { tools: { only: tool } });
  const lost = Promise.withResolvers<void>();
  crew.subscribe(({ type }) => {
    if (type !== "request.assigned") return;
    crew
      .cluster("only")
      .restartInstance(0)
      .catch(() => {});
    lost.resolve();
  });
  const turn = crew.run({ echo: 1 });
  turn.catch(() => {});
  await lost.promise;
  await waitFor(() => crew.getStatus().waiting === 1, { what: "the request to wait again" });
  expect(turn.tool).toBeNull();
  turn.cancel("enough");
  await expect(turn).rejects.toMatchObject({ code: "TURN_CANCELLED" });
  expect(crew.getStatus()).toMatchObject({ waiting: 0, failed: 1 });
});

test("drain lets everything end, and shutdown ends everything", async () => {
  const gate = Promise.withResolvers<void>();
  const crew = fleet({ a: 1 }, { tools: { a: gated(gate.promise) } });
  const turns = echoes(3).map((request) => crew.run(request));
  const drained = crew.drain();
  await expect(crew.run({ echo: 9 })).rejects.toMatchObject({ code: "FLEET_CLOSED" });
  gate.resolve();
  await drained;
  expect(await Promise.all(turns)).toEqual([0, 1, 2]);
  await crew.shutdown();

  const other = fleet({ a: 1 }, { tools: { a: fakeAdapter() } });
  const hanging = other.run({ echo: 1, sleep: 60_000 });
  const behind = other.run({ echo: 2 });
  await waitFor(() => hanging.tool === "a", { what: "the first turn" });
  const ended = Promise.allSettled([hanging, behind]);
  await other.shutdown();
  expect(await ended).toMatchObject([
    { reason: { code: "POOL_CLOSED" } },
    { reason: { code: "FLEET_CLOSED" } },
  ]);
});

test("a fleet can be made larger and smaller", async () => {
  await using crew = fleet({ a: 1, b: 1 }, { tools: { a: fakeAdapter(), b: fakeAdapter() } });
  await crew.scale({ a: 3 });
  expect(crew.cluster("a").size).toBe(3);
  const tool = "a";
  await Promise.all(echoes(3).map((request) => crew.run({ ...request, sleep: 20 }, { tool })));
  expect(crew.cluster("a").checkHealth().alive).toBeGreaterThan(1);
});

test("who is scaled to nothing is asked by nobody, and those whom nobody else can serve hear it at once", async () => {
  const gate = Promise.withResolvers<void>();
  const able = { ...gated(gate.promise, "b"), capabilities: { edits: true } };
  await using crew = fleet(
    { a: 1, b: 1 },
    { tools: { a: { adapter: gated(undefined, "a"), capabilities: ["edits"] }, b: able } },
  );
  const running = crew.run({ echo: 1 }, { tool: "b" });
  await waitFor(() => running.tool === "b", { what: "the turn of b" });
  const behind = crew.run({ echo: 2 }, { tool: "b" });
  const elsewhere = crew.run({ echo: 3 }, { tool: "b", capability: "edits" });
  const scaled = crew.scale({ b: 0 });
  // Those that waited, and those that come: nobody waits for instances that nobody will start.
  const refusal = {
    code: "INSTANCE_UNAVAILABLE",
    message: expect.stringContaining('scale({ "b": n })'),
  };
  await expect(behind).rejects.toMatchObject(refusal);
  await expect(crew.run({ echo: 4 }, { tool: "b" })).rejects.toMatchObject(refusal);
  expect(await elsewhere).toBe("a 3");
  expect(await crew.run({ echo: 5 })).toBe("a 5");
  gate.resolve();
  expect(await running).toBe("b 1");
  await scaled;
  await expect(crew.run({ echo: 6 }, { tool: "b" })).rejects.toMatchObject(refusal);
  expect(crew.getStatus()).toMatchObject({ waiting: 0, atWork: 0, failedOver: 0 });
  await crew.scale({ a: 0 });
  await expect(crew.run({ echo: 7 })).rejects.toThrow("a, b have no instances. Give some");
  await crew.scale({ b: 1 });
  expect(crew.getStatus().tools.b.refuses).toBeNull();
  expect(await crew.run({ echo: 8 }, { tool: "b" })).toBe("b 8");
});

test("what grows takes requests at once, while what shrinks is still at work", async () => {
  const gate = Promise.withResolvers<void>();
  await using crew = fleet(
    { grows: 1, shrinks: 1 },
    { tools: { grows: gated(gate.promise), shrinks: gated(gate.promise) } },
  );
  const turns = echoes(2).map((request) => crew.run(request));
  await waitFor(() => turns.every(({ tool }) => tool !== null), { what: "both at work" });
  const waiting = crew.run({ echo: 2 });
  const scaled = crew.scale({ grows: 2, shrinks: 0 });
  await waitFor(() => waiting.tool === "grows", { what: "the new instance's turn" });
  gate.resolve();
  await scaled;
  await Promise.all([...turns, waiting]);
});

test("a number that is none changes nothing", async () => {
  await using crew = fleet({ a: 1, b: 1 }, { tools: { a: fakeAdapter(), b: fakeAdapter() } });
  await expect(crew.scale({ a: 3, b: -1 })).rejects.toThrow(
    /counts.b: expected a whole number of at least 0, found number -1/,
  );
  expect([crew.cluster("a").size, crew.cluster("b").size]).toEqual([1, 1]);
});

test.each([
  [
    { a: 0 },
    { tools: { a: 1 } },
    /counts.a: expected a whole number of at least 1, found number 0/,
  ],
  [{ a: 1 }, { tools: { a: {} } }, /tools.a: expected a ToolAdapter/],
  [{ a: 1 }, { tools: {} }, /tools.a: expected a ToolAdapter/],
  [{}, { tools: {} }, /counts: expected at least one tool/],
])("refuses what makes no fleet: %j", (counts, options, message) => {
  expect(() => fleet(counts as never, options as never)).toThrow(message);
});
