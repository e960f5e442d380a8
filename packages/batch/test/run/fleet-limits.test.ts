import type { TaskInput } from "@cluster/batch";
import { expect, test } from "vitest";
import { fleetOf, tasksOf, variant } from "../sample/sample-fleet.ts";
import { type Bench, bench } from "../sample/sample-run.ts";

const PRICE = { inputUsdPerMTok: 1, outputUsdPerMTok: 1 };

/** One task for each file, the first ones for one tool and the others for another. */
function tasksFor(sample: Bench, count: number, [a, b]: readonly [string, string]): TaskInput[] {
  return tasksOf(sample).map((task, i) => ({ ...task, tool: i < count ? a : b }));
}

test("what a cheap tool took does not let several turns of a dear one begin", async () => {
  await using sample = await bench({ files: 5 });
  const cheap = variant(sample.tool, "cheap", "[fake:cost=0.001]");
  const dear = variant(sample.tool, "dear", "[fake:cost=0.3]");
  const { report } = await sample.run(tasksFor(sample, 2, ["cheap", "dear"]), {
    ...fleetOf({ cheap: [cheap, 1], dear: [dear, 3] }),
    prices: { "*": PRICE },
    maxCostUsd: 0.5,
  });
  // One of the dear ones fits, and the cheap ones go on beside the others, which wait in vain.
  expect(report).toMatchObject({ end: "budget", counts: { landed: 3, budget: 2 } });
  expect(report.knownCostUsd).toBeCloseTo(0.302);
  expect(report.byTool).toMatchObject([
    { tool: "cheap", counts: { landed: 2 } },
    { tool: "dear", counts: { landed: 1 } },
  ]);
});

test("a tool that chooses its model itself is priced by its own name", async () => {
  await using sample = await bench({ files: 2 });
  const [a, b] = ["a", "b"].map((name) => variant(sample.tool, name, "[fake:cost=unknown]"));
  const { report } = await sample.run(tasksFor(sample, 1, ["a", "b"]), {
    ...fleetOf({ a: [a as typeof sample.tool, 1], b: [b as typeof sample.tool, 1] }),
    prices: { a: { inputUsdPerMTok: 1_000, outputUsdPerMTok: 1_000 }, "*": PRICE },
    maxCostUsd: 100,
  });
  const costs = report.byTool.map(({ spent }) => Number(spent.costUsd));
  expect(report.byTool.map(({ tool }) => tool)).toEqual(["a", "b"]);
  expect((costs[0] ?? 0) / (costs[1] ?? 0)).toBeCloseTo(1_000);
});

test("where one tool's quota is given up, the others go on with what is theirs, and the rest is left", async () => {
  await using sample = await bench({ files: 6 });
  const limited = variant(sample.tool, "limited", "[fake:fail=quota:3600000]");
  const [first, second, ...others] = tasksFor(sample, 2, ["limited", "other"]);
  const [third, ...rest] = others as [TaskInput, ...TaskInput[]];
  const tasks = [
    { ...first, name: "first" },
    second,
    // It follows one that is left.
    { ...third, after: ["first"] },
    ...rest,
  ] as TaskInput[];
  const { report, events } = await sample.run(tasks, {
    ...fleetOf({ limited: [limited, 1], other: [variant(sample.tool, "other"), 1] }),
    onQuota: "pause",
  });
  expect(report).toMatchObject({ end: "quota", counts: { landed: 3, quota: 3 } });
  expect(report.haltReason).toContain("quota");
  expect(report.tasks.map(({ outcome }) => outcome)).toEqual([
    ...["quota", "quota", "quota"],
    ...["landed", "landed", "landed"],
  ]);
  expect(events.filter(({ type }) => type === "run.tool-out")).toMatchObject([{ tool: "limited" }]);
  expect(await sample.leftovers()).toEqual([]);
});

test("tools of one provider are given up together, and nobody waits for it any longer", async () => {
  await using sample = await bench({ files: 3 });
  const [a, b] = ["a", "b"].map((name) => variant(sample.tool, name, "[fake:fail=quota:3600000]"));
  const { report } = await sample.run(tasksOf(sample), {
    ...fleetOf({ a: [a as typeof sample.tool, 1], b: [b as typeof sample.tool, 1] }),
    providers: { shared: { tools: ["a", "b"] } },
    onQuota: "pause",
  });
  expect(report).toMatchObject({ end: "quota", counts: { quota: 3 } });
});

test("tasks that fail in a row with one tool halt that one, and the others go on", async () => {
  await using sample = await bench({ files: 6 });
  const refused = variant(sample.tool, "refused", "[fake:fail=auth]");
  const { report } = await sample.run(tasksFor(sample, 4, ["refused", "other"]), {
    ...fleetOf({ refused: [refused, 1], other: [variant(sample.tool, "other"), 1] }),
    haltAfter: 2,
  });
  expect(report).toMatchObject({
    end: "halted",
    counts: { landed: 2, "tool-error": 2, cancelled: 2 },
    haltReason: expect.stringContaining("2 tasks in a row with refused failed alike"),
  });
});

test("a run is complete when others have done all that a halted tool might have done", async () => {
  await using sample = await bench({ files: 6 });
  const refused = variant(sample.tool, "refused", "[fake:fail=auth]");
  const { report } = await sample.run(tasksFor(sample, 2, ["refused", "other"]), {
    ...fleetOf({ refused: [refused, 1], other: [variant(sample.tool, "other"), 1] }),
    haltAfter: 2,
  });
  expect(report).toMatchObject({
    end: "complete",
    haltReason: null,
    counts: { landed: 4, "tool-error": 2 },
    delivery: { kind: "merged" },
  });
});
