import { Crew, MemoryJournal, type RunEvent } from "@cluster/batch";
import { waitFor } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { fleetOf, type Tool, tasksOf, variant } from "../sample/sample-fleet.ts";
import { bench, sampleTool } from "../sample/sample-run.ts";

/** The tools of the turns that began, in order. */
function turnsBegun(events: readonly RunEvent[]): string[] {
  const tools = new Map<string, string>();
  const begun: string[] = [];
  for (const event of events) {
    if (event.type === "attempt.started") tools.set(event.task, event.tool ?? "");
    if (event.type === "attempt.stage" && event.stage === "turn") {
      begun.push(tools.get(event.task) ?? "");
    }
  }
  return begun;
}

describe("a fleet of tools", () => {
  test("a slow tool holds nobody up: the others take what it would have had", async () => {
    await using sample = await bench({ files: 6 });
    const slow = variant(sample.tool, "slow", "[fake:hang]");
    const quick = variant(sample.tool, "quick");
    await using run = await sample.start(tasksOf(sample), {
      ...fleetOf({ slow: [slow, 1], quick: [quick, 1] }),
      timeoutMs: 20_000,
      retries: 0,
    });
    await waitFor(() => run.status().counts.landed === 5, {
      what: "five landings",
      timeoutMs: 60_000,
    });
    expect(run.status()).toMatchObject({
      running: 1,
      queued: 0,
      byTool: [{ tool: "quick", counts: { landed: 5 }, attempts: 5 }],
    });
    run.stop();
    const report = await run.finished;
    expect(report.tool).toBe("slow, quick");
    expect(report.counts).toMatchObject({ landed: 5, cancelled: 1 });
    expect(await sample.leftovers()).toEqual([]);
  });

  test.each(["wait", "pause"] as const)(
    "while one provider refuses for quota, the others go on with its tasks (%s)",
    async (onQuota) => {
      await using sample = await bench({ files: 4 });
      const refusing = variant(sample.tool, "refusing", "[fake:fail=quota:3600000]");
      const { report, events } = await sample.run(tasksOf(sample), {
        ...fleetOf({ refusing: [refusing, 2], other: [variant(sample.tool, "other"), 1] }),
        retries: 0,
        onQuota,
      });
      expect(report).toMatchObject({ ok: true, counts: { landed: 4 } });
      const [first, second] = report.byTool;
      expect([first?.tool, second?.tool].sort()).toEqual(["other", "refusing"]);
      const refused = report.byTool.find(({ tool }) => tool === "refusing");
      // Those that were under way when it refused first, and none after them.
      expect(refused).toMatchObject({ counts: {} });
      expect(refused?.attempts).toBeLessThanOrEqual(4);
      expect(turnsBegun(events).filter((tool) => tool === "refusing").length).toBeLessThanOrEqual(
        2,
      );
      expect(events.some(({ type }) => type === "run.paused")).toBe(onQuota === "wait");
      expect(events.some(({ type }) => type === "run.tool-out")).toBe(onQuota === "pause");
    },
  );

  test("a tool whose key is refused passes its tasks on, and gets no more of them", async () => {
    await using sample = await bench({ files: 3 });
    const refused = variant(sample.tool, "refused", "[fake:fail=auth]");
    const journal = new MemoryJournal();
    const { report, events } = await sample.run(tasksOf(sample), {
      ...fleetOf({ refused: [refused, 1], other: [variant(sample.tool, "other"), 1] }),
      retries: 0,
      journal,
    });
    expect(report).toMatchObject({ ok: true, end: "complete", counts: { landed: 3 } });
    expect(report.byTool).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ tool: "refused", attempts: 1, passedOn: 1, counts: {} }),
        expect.objectContaining({ tool: "other", attempts: 3, counts: { landed: 3 } }),
      ]),
    );
    const passed = report.tasks.find(({ attempts }) => attempts === 2);
    expect(passed?.byTool?.map(({ tool }) => tool)).toEqual(["refused", "other"]);
    // The journal says of each attempt whose it was, and that no retry was spent.
    expect(journal.attempts(passed?.task ?? "")).toMatchObject([
      { token: 1, sequel: "fail-over", result: { evidence: { tool: "refused" } } },
      { token: 2, sequel: null, result: { evidence: { tool: "other" } } },
    ]);
    expect(events.filter(({ type }) => type === "run.tool-out")).toMatchObject([
      { tool: "refused", reason: expect.stringContaining("auth") },
    ]);
  });

  test("a tool that does not start is left to the others", async () => {
    await using sample = await bench({ files: 3 });
    const missing: Tool = {
      ...sample.tool,
      name: "missing",
      command: () => ({ file: "cluster-none" }),
    };
    const { report } = await sample.run(tasksOf(sample), {
      ...fleetOf({ missing: [missing, 2], other: [variant(sample.tool, "other"), 1] }),
      retries: 0,
    });
    expect(report).toMatchObject({ ok: true, counts: { landed: 3 } });
  });

  test("what a model makes of a task is tried again with the same tool, however free the others are", async () => {
    await using sample = await bench({ files: 2 });
    const [first = "", second = ""] = sample.repository.files;
    const bad = variant(sample.tool, "bad", "[fake:first=1:fail=malformed]");
    const tasks = [
      { prompt: "x", files: [first] },
      { prompt: "[fake:hang]", files: [second], tool: "bad" },
    ];
    await using run = await sample.start(tasks, {
      ...fleetOf({ bad: [bad, 2], good: [variant(sample.tool, "good"), 2] }),
      retries: 1,
    });
    await waitFor(() => run.status().counts.landed === 1, {
      what: "the landing",
      timeoutMs: 60_000,
    });
    run.stop();
    const { tasks: ended } = await run.finished;
    expect(ended[0]).toMatchObject({ attempts: 2, byTool: [{ tool: "bad", attempts: 2 }] });
  });

  test("tasks that wait for one tool keep no place that another one needs", async () => {
    await using sample = await bench({ files: 6 });
    const slow = variant(sample.tool, "slow", "[fake:hang]");
    const tasks = tasksOf(sample).map((task, i) => ({ ...task, tool: i < 4 ? "slow" : "quick" }));
    await using run = await sample.start(tasks, {
      ...fleetOf({ slow: [slow, 1], quick: [variant(sample.tool, "quick"), 1] }),
    });
    const ended: (string | undefined)[] = [];
    run.subscribe((event) => {
      if (event.type === "pool" && event.event.type === "process.ended") ended.push(event.tool);
    });
    await waitFor(() => run.status().counts.landed === 2, {
      what: "the tasks of the other tool",
      timeoutMs: 60_000,
    });
    expect(run.status()).toMatchObject({ running: 1, queued: 3 });
    // Nothing that is left can be its.
    await waitFor(() => ended.includes("quick"), { what: "the end of the other tool's instance" });
    expect(run.status().running).toBe(1);
    expect(ended).not.toContain("slow");
    run.stop();
    await run.finished;
  });

  test("tasks that name their tool stay with it, unless it is said that others may take over", async () => {
    await using sample = await bench({ files: 2 });
    const refused = variant(sample.tool, "refused", "[fake:fail=auth]");
    const tools = { refused: [refused, 1], other: [variant(sample.tool, "other"), 1] } as const;
    const tasks = tasksOf(sample, "x", { tool: "refused" });
    const kept = await sample.run(tasks, fleetOf(tools));
    expect(kept.report.counts["tool-error"]).toBe(2);
    const over = await sample.run(tasks, { ...fleetOf(tools), failOver: { named: true } });
    expect(over.report).toMatchObject({ ok: true, counts: { landed: 2 } });
    expect(over.report.tasks[0]?.byTool?.[0]?.tool).toBe("refused");
    // So do those that name none, once they were given to it, where nothing is to follow.
    const stay = await sample.run(tasksOf(sample), { ...fleetOf(tools), failOver: false });
    expect(stay.report.counts).toMatchObject({ "no-change": 1, "tool-error": 1 });
  });

  test("a task may name what is to be done instead of who does it", async () => {
    await using sample = await bench({ files: 3 });
    const able = { ...variant(sample.tool, "able"), capabilities: { skills: ["python"] } };
    const other = variant(sample.tool, "other");
    const tools = fleetOf({ able: [able, 1], other: [other, 2] });
    const { report } = await sample.run(tasksOf(sample, "x", { tool: "python" }), tools);
    expect(report.ok).toBe(true);
    expect(report.byTool).toMatchObject([{ tool: "able", counts: { landed: 3 } }]);
    expect(other.starts).toBe(0);
    await expect(
      sample.start(tasksOf(sample, "x", { tool: "cooking" }), tools),
    ).rejects.toMatchObject({
      code: "TOOL_UNKNOWN",
      message: expect.stringMatching(/\(able, other\), or something that one can \(.*python/),
    });
  });

  test("tools that share a provider share its turns at once", async () => {
    await using sample = await bench({ files: 4 });
    const { report, events } = await sample.run(tasksOf(sample, "x [fake:sleep=20]"), {
      ...fleetOf({
        a: [variant(sample.tool, "a"), 2],
        b: [{ ...variant(sample.tool, "b"), provider: "shared" }, 2],
      }),
      providers: { shared: { tools: ["a"], maxTurns: 1 } },
    });
    expect(report.ok).toBe(true);
    let most = 0;
    const inTurn = new Set<string>();
    for (const event of events) {
      if (event.type === "attempt.stage" && event.stage === "turn") inTurn.add(event.task);
      else if (event.type === "attempt.stage") inTurn.delete(event.task);
      most = Math.max(most, inTurn.size);
    }
    expect(most).toBe(1);
  });

  test("tools that share a provider wait for it together", async () => {
    await using sample = await bench({ files: 3 });
    const a = variant(sample.tool, "a", "[fake:turns=1:fail=quota:300]");
    const { report, events } = await sample.run(tasksOf(sample), {
      ...fleetOf({ a: [a, 1], b: [variant(sample.tool, "b"), 1] }),
      providers: { shared: { tools: ["a", "b"], maxTurns: 1 } },
    });
    expect(report.counts.landed).toBe(3);
    const types = events
      .filter(
        (event) =>
          event.type.startsWith("run.p") ||
          event.type === "run.continued" ||
          (event.type === "attempt.stage" && event.stage === "turn"),
      )
      .map(({ type }) => type);
    const paused = types.indexOf("run.paused");
    // Nobody's turn begins before the probe, whichever tool makes it.
    expect(types.slice(paused, paused + 4)).toEqual([
      "run.paused",
      "run.probing",
      "attempt.stage",
      "run.continued",
    ]);
  });

  test("no more instances are started than there are tasks, and one for a single task ends with it", async () => {
    await using sample = await bench({ files: 2 });
    const [file = ""] = sample.repository.files;
    const [a, b] = [variant(sample.tool, "a"), variant(sample.tool, "b")];
    const tools = fleetOf({ a: [a, 3], b: [b, 3] });
    await sample.run(tasksOf(sample), tools);
    expect(a.starts + b.starts).toBe(2);
    a.starts = 0;
    b.starts = 0;
    const { report, events } = await sample.run([{ prompt: "y", files: [file] }], tools);
    expect(report.ok).toBe(true);
    expect([a.starts, b.starts]).toEqual([1, 0]);
    const ended = events.findIndex(
      (event) => event.type === "pool" && event.event.type === "process.ended",
    );
    expect(events[ended]).toMatchObject({ tool: "a", event: { reason: "stop" } });
    expect(await sample.leftovers()).toEqual([]);
  });

  test("a single task takes its tool's one-shot way", async () => {
    await using sample = await bench({ files: 3 });
    const solo = variant(sample.tool, "solo");
    const warm = { ...variant(sample.tool, "warm"), oneShot: () => solo };
    const [a = "", b = "", c = ""] = sample.repository.files;
    const alone = await sample.run([{ prompt: "x", files: [a] }], { tool: warm });
    expect(alone.report.ok).toBe(true);
    expect([solo.starts, warm.starts]).toEqual([1, 0]);
    const two = [b, c].map((file) => ({ prompt: "x", files: [file] }));
    await sample.run(two, { tool: warm });
    expect(solo.starts).toBe(1);
  });

  test("tools without a number of their own share the run's workers", async () => {
    await using sample = await bench({ files: 4 });
    const [a, b] = [variant(sample.tool, "a"), variant(sample.tool, "b")];
    const { report, events } = await sample.run(tasksOf(sample, "x [fake:sleep=50]"), {
      tool: a,
      tools: { b },
      fleet: { a: {}, b: {} },
      workers: 2,
    });
    expect(report.counts.landed).toBe(4);
    expect(new Set(turnsBegun(events))).toEqual(new Set(["a", "b"]));
  });

  test.each([
    [{ nobody: {} }, {}, /fleet: expected tools of the run \(a, b\), found string "nobody"/],
    [{ a: { workers: 0 }, b: { workers: 1 } }, {}, /fleet.a.workers/],
    [
      { a: { workers: 1 }, b: {} },
      {},
      /fleet: expected a number of workers for each tool, or for none/,
    ],
    [{}, {}, /fleet: expected at least one tool/],
    [{ a: {} }, { failOver: { classes: ["odd"] } }, /failOver.classes: expected some of auth/],
    [{ a: {} }, { providers: { x: { tools: ["c"] } } }, /providers.x.tools/],
    [{ a: {} }, { providers: { x: { maxTurns: 0 } } }, /providers.x.maxTurns/],
  ])("refuses what makes no fleet: %j %j", (fleet, more, message) => {
    const tool = { ...sampleTool({}), name: "a" };
    const options = { tool, tools: { b: sampleTool({}) }, fleet, ...more } as never;
    expect(() => new Crew(options)).toThrow(message);
  });
});
