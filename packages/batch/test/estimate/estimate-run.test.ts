import { estimateRun, fileSizes, type Sample, samplesOf, type TaskInput } from "@cluster/batch";
import { sampleRepository } from "@cluster/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_EVIDENCE } from "../../src/attempt/no-evidence.ts";
import { NOTHING_SPENT } from "../../src/report/spending.ts";

const PRICE = { inputUsdPerMTok: 2, outputUsdPerMTok: 8 };
const task = (bytes: number): TaskInput => ({ prompt: "p".repeat(120), files: [`f${bytes}`] });
const sizesOf = (tasks: readonly TaskInput[]): Map<string, number> =>
  new Map(tasks.flatMap(({ files }) => files).map((file) => [file, Number(file.slice(1))]));

describe("from sizes", () => {
  it("tokens, cost and time follow from what is stated", () => {
    const tasks = Array.from({ length: 10 }, () => task(1200));
    const estimate = estimateRun(tasks, sizesOf(tasks), { workers: 5, prices: { "*": PRICE } });
    expect(estimate).toMatchObject({
      tasks: 10,
      // (1200 + 120) / 4 + 500, and three times (1200 + 120) / 3 + 8000.
      inputTokens: { low: 8_300, high: 253_200 },
      // An edit of 150, or the file of 1200 / 3 and 1000 more.
      outputTokens: { low: 1_500, high: 14_000 },
      costUsd: {
        low: expect.closeTo((8_300 * 2 + 1_500 * 8) / 1e6),
        high: expect.closeTo((253_200 * 2 + 14_000 * 8) / 1e6),
      },
      // Two turns for each worker of 2 s and 1.5 s; at most one of the longest at the end of all.
      timeMs: { low: 7_000, high: 180_000 + 72_000 },
      basis: { samples: 0, tokens: "sizes", cost: "price", time: "sizes" },
    });
    expect(estimate.assumptions.join("; ")).toMatch(/^3 to 4 bytes .* are a token; .*come on top$/);
  });

  it("no cost is told where a model has no price", () => {
    const tasks = [task(100), { ...task(100), model: "big" }];
    const cost = (prices: Record<string, typeof PRICE>, model?: string): unknown =>
      estimateRun(tasks, new Map(), { workers: 1, prices, ...(model && { model }) }).costUsd;
    expect(cost({})).toBeNull();
    expect(cost({ big: PRICE })).toBeNull();
    expect(cost({ big: PRICE }, "big")).toMatchObject({ low: expect.any(Number) });
    expect(cost({ big: PRICE, "*": PRICE })).toMatchObject({ low: expect.any(Number) });
  });

  it("tells of tasks whose files nobody knows, and of those that wait", () => {
    const tasks = [
      { prompt: "x", files: [], name: "a" },
      { ...task(1), after: ["a"] },
    ];
    const { assumptions } = estimateRun(tasks, new Map(), { workers: 1 });
    expect(assumptions.join("; ")).toMatch(/what 1 task without files reads.*wait for others/);
  });

  it("files are measured once each; those that are not there yet have no size", async () => {
    await using sample = await sampleRepository({ files: { "a.md": "12345\n", "r.md": "1\n" } });
    const tasks = [{ files: ["a.md", "new.md"], readOnlyFiles: ["r.md", `${sample.path}/a.md`] }];
    expect(await fileSizes({ root: sample.path }, tasks)).toEqual(
      new Map([
        ["a.md", 6],
        ["r.md", 2],
        [`${sample.path}/a.md`, 6],
      ]),
    );
  });
});

describe("from tasks that were measured", () => {
  const sample = (bytes: number, by: number): Sample => ({
    task: task(bytes),
    usage: { inputTokens: bytes * by, outputTokens: (bytes * by) / 10 },
    costUsd: (bytes * by) / 1e5,
    tookMs: bytes * by,
  });

  it("all is what they took, by size, and the range is narrower the more they were", () => {
    const tasks = Array.from({ length: 100 }, (_, i) => task(1000 + (i % 5) * 4000));
    const sizes = sizesOf(tasks);
    const blind = estimateRun(tasks, sizes, { workers: 2, prices: { "*": PRICE } });
    const widths = [1, 3, 30].map((count) => {
      const samples = Array.from({ length: count }, (_, i) => ({
        ...sample(1000 + (i % 5) * 4000, 1),
        usage: { inputTokens: 5000 + (i % 3) * 2000, outputTokens: 700 },
        costUsd: 0.02,
        tookMs: 9000 + (i % 3) * 1000,
      }));
      const estimate = estimateRun(tasks, sizes, { workers: 2, prices: { "*": PRICE }, samples });
      expect(estimate.basis).toEqual({
        samples: count,
        tokens: "samples",
        cost: "samples",
        time: "samples",
      });
      const { low, high } = estimate.inputTokens;
      expect((high - low) / (high + low)).toBeLessThan(
        (blind.inputTokens.high - blind.inputTokens.low) /
          (blind.inputTokens.high + blind.inputTokens.low),
      );
      return (high - low) / (high + low);
    });
    expect(widths[0]).toBeCloseTo(0.5, 3);
    expect(widths[2]).toBeLessThan(widths[1] as number);
  });

  it("what they do not tell comes from sizes and the price", () => {
    const samples = [
      { ...sample(1000, 1), usage: "unknown" as const, costUsd: "unknown" as const },
    ];
    const tasks = [task(1000)];
    const options = { workers: 1, prices: { "*": PRICE }, samples };
    const { basis } = estimateRun(tasks, sizesOf(tasks), options);
    expect(basis).toEqual({ samples: 1, tokens: "sizes", cost: "price", time: "samples" });
  });

  it("tasks that were not worked on to the end teach nothing", () => {
    const spent = { ...NOTHING_SPENT, usage: { inputTokens: 1, outputTokens: 2 }, costUsd: 0.5 };
    const ended = (outcome: "landed" | "tool-error" | "cancelled", attempts: number) => ({
      task: task(1),
      outcome: {
        task: "t",
        index: 0,
        files: [],
        outcome,
        reason: null,
        attempts,
        instance: 0,
        tookMs: 7,
        evidence: NO_EVIDENCE,
        spent,
      },
    });
    const all = [ended("landed", 1), ended("tool-error", 2), ended("cancelled", 0)];
    expect(samplesOf([...all, { task: task(2), outcome: null }])).toEqual([
      { task: task(1), usage: spent.usage, costUsd: 0.5, tookMs: 7 },
    ]);
  });
});

it("an estimate is a range of what can be, and grows with the tasks", () => {
  const tasksOf = fc.array(fc.nat({ max: 100_000 }).map(task), { minLength: 1, maxLength: 40 });
  const sampled = fc.array(
    fc.tuple(fc.nat({ max: 50_000 }), fc.double({ min: 0, max: 3, noNaN: true })),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(tasksOf, fc.integer({ min: 1, max: 9 }), sampled, (tasks, workers, pairs) => {
      const samples = pairs.map(([bytes, by]) => ({
        task: task(bytes),
        usage: { inputTokens: Math.round(bytes * by), outputTokens: Math.round(by * 9) },
        costUsd: by,
        tookMs: by * 1000,
      }));
      const sizes = sizesOf([...tasks, ...samples.map((one) => one.task as TaskInput)]);
      const options = { workers, prices: { "*": PRICE }, samples };
      const all = estimateRun(tasks, sizes, options);
      const fewer = estimateRun(tasks.slice(1), sizes, options);
      for (const key of ["inputTokens", "outputTokens", "costUsd"] as const) {
        const range = all[key] ?? { low: -1, high: -1 };
        expect(range.low).toBeGreaterThanOrEqual(0);
        expect(range.high).toBeGreaterThanOrEqual(range.low);
        expect(range.high).toBeGreaterThanOrEqual((fewer[key]?.high ?? 0) - 1e-9);
      }
      expect(all.timeMs.high).toBeGreaterThanOrEqual(all.timeMs.low);
      expect(all.timeMs.low).toBeGreaterThanOrEqual(0);
    }),
  );
});
