import { LocalRunStore, openRepository, resumeRun } from "@cluster/batch";
import { systemClock } from "@cluster/manager";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

const PRICES = { "*": { inputUsdPerMTok: 1_000, outputUsdPerMTok: 0 } };

test("a limit on cost is kept, and raised when the run is gone on with: nothing is paid twice", async () => {
  await using folder = await temporaryFolder();
  await using sample = await bench({ files: 9 });
  const store = new LocalRunStore({ folder: folder.path });
  const tasks = tasksFor(sample.repository.files, "Edit [fake:log][fake:cost=0.1]");
  const first = await sample.run(tasks, { store, prices: PRICES, maxCostUsd: 0.56, workers: 3 });
  expect(first.report).toMatchObject({ end: "budget", ok: false });
  // One more may cost 0.15: five may begin, the first of them alone.
  expect(first.report.counts).toMatchObject({ landed: 5, budget: 4 });
  expect(first.report.knownCostUsd).toBeCloseTo(0.5);
  expect(first.report.budget?.costUsd).toMatchObject({ limit: 0.56, untold: 0 });
  expect(first.report.haltReason).toContain("The budget of money is spent: $0.5000 of $0.5600");
  const left = first.report.tasks.find(({ outcome }) => outcome === "budget");
  expect(left).toMatchObject({ attempts: 0, reason: { message: first.report.haltReason } });
  const [, second] = (await sample.agentLog()).map(({ what }) => what);
  expect(second).toBe("answered");

  const again = async (maxCostUsd: number) => {
    const { repository, worktrees: directory, tool } = sample;
    const opened = await openRepository(repository.path, { directory });
    const options = { repository: opened, run: "last", store, tool, prices: PRICES, workers: 2 };
    await using run = await resumeRun({ ...options, maxCostUsd });
    return await run.finished;
  };
  const same = await again(0.56);
  expect(same).toMatchObject({ end: "budget", counts: { landed: 5, budget: 4 } });
  const raised = await again(2);
  expect(raised).toMatchObject({ end: "complete", ok: true, counts: { landed: 9 } });
  expect(raised.knownCostUsd).toBeCloseTo(0.9);
  expect(raised.budget?.costUsd?.taken).toBeCloseTo(0.9);
  const begun = (await sample.agentLog()).filter(({ what }) => what === "begun");
  expect(begun).toHaveLength(9);
});

test("where the tool does not tell its cost, tokens are counted at the model's price", async () => {
  await using sample = await bench({ files: 2 });
  const tasks = tasksFor(sample.repository.files, "Edit [fake:cost=unknown]");
  const { report } = await sample.run(tasks, { prices: PRICES, maxCostUsd: 100 });
  expect(report.counts.landed).toBe(2);
  const { inputTokens } = report.knownUsage;
  expect(report.costUsd).toBeCloseTo(inputTokens / 1_000);
});

test("a limit on cost is refused where nobody knows the price, before anything is begun", async () => {
  await using sample = await bench({ files: 1 });
  const tasks = tasksFor(sample.repository.files, "Edit");
  const start = (more: object) => sample.run(tasks, { maxCostUsd: 1, ...more });
  await expect(start({})).rejects.toMatchObject({ code: "PRICE_UNKNOWN" });
  await expect(start({ model: "big" })).rejects.toThrow("No price is known for the model big");
  const switched = { prices: { big: PRICES["*"] }, model: "big", onQuota: { switchTo: "small" } };
  await expect(start(switched)).rejects.toThrow("the model small");
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
});

test("a tool that tells what each turn cost needs no price", async () => {
  await using sample = await bench({
    files: 3,
    adapt: (tool) => ({ ...tool, capabilities: { ...tool.capabilities, tellsCost: true } }),
  });
  const tasks = tasksFor(sample.repository.files, "Edit [fake:cost=0.1]");
  const { report } = await sample.run(tasks, { maxCostUsd: 0.26, workers: 1 });
  expect(report).toMatchObject({ end: "budget", counts: { landed: 2, budget: 1 } });
  expect(report.knownCostUsd).toBeCloseTo(0.2);
});

test("a tool that knows prices is asked", async () => {
  const asked: (string | null)[] = [];
  await using sample = await bench({
    files: 1,
    adapt: (tool) => ({
      ...tool,
      priceOf: async (model) => {
        asked.push(model);
        return PRICES["*"];
      },
    }),
  });
  const tasks = tasksFor(sample.repository.files, "Edit");
  expect((await sample.run(tasks, { maxCostUsd: 1 })).report.ok).toBe(true);
  expect(asked).toEqual([null]);
});

test("a limit on tokens is kept, and an attempt that does not tell counts as its bound", async () => {
  await using sample = await bench({ files: 12 });
  const { files } = sample.repository;
  const prompt = "Edit [fake:only=page-002.md:crash]";
  const { report } = await sample.run(tasksFor(files, prompt), {
    maxTokens: 1_000,
    retries: 0,
    workers: 1,
  });
  expect(report).toMatchObject({ end: "budget", counts: { "tool-error": 1 } });
  const { tokens } = report.budget ?? {};
  expect(tokens).toMatchObject({ limit: 1_000, untold: 1 });
  expect(tokens?.assumed).toBeGreaterThan(0);
  expect(tokens?.taken).toBeLessThanOrEqual(1_000);
  const { inputTokens, outputTokens } = report.knownUsage;
  expect(tokens?.taken).toBeCloseTo(inputTokens + outputTokens + (tokens?.assumed ?? 0));
});

test("an upper bound that is given lets several begin at once from the start", async () => {
  await using sample = await bench({ files: 4 });
  // Long enough for another agent to begin, also on a machine that is busy.
  const prompt = "Edit [fake:log][fake:turns=1:sleep=4000]";
  const { report } = await sample.run(tasksFor(sample.repository.files, prompt), {
    maxTokens: 5_000,
    reserve: { tokens: 1_000 },
    workers: 2,
  });
  expect(report.ok).toBe(true);
  const [, second] = (await sample.agentLog()).map(({ what }) => what);
  expect(second).toBe("begun");
});

test("when the time is up nothing more begins, and what is under way lands", async () => {
  await using sample = await bench({ files: 6 });
  let ahead = 0;
  const clock = { ...systemClock, elapsed: () => systemClock.elapsed() + ahead };
  await using run = await sample.start(tasksFor(sample.repository.files, "Edit"), {
    workers: 1,
    maxTimeMs: 3_600_000,
    clock,
  });
  run.subscribe((event) => {
    if (event.type === "task.ended" && event.outcome.outcome === "landed") ahead = 3_600_000;
  });
  const report = await run.finished;
  expect(report.end).toBe("budget");
  expect(report.haltReason).toContain("The time is up");
  expect(report.counts.landed).toBeGreaterThanOrEqual(1);
  expect(report.counts.budget).toBeGreaterThanOrEqual(3);
  expect(report.budget?.timeMs?.limit).toBe(3_600_000);
});
