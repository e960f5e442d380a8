import { foldRun, initialRunStatus, type RunEvent, type RunStatus } from "@cluster/batch";
import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/progress/view-of.ts";
import { sampleOutcome } from "../report/sample-report.ts";

const at = (ms: number): { at: number; run: string } => ({ at: ms, run: "r" });
const fold = (events: readonly RunEvent[]): RunStatus =>
  events.reduce(foldRun, initialRunStatus("r"));
const view = (events: readonly RunEvent[], now: number) =>
  viewOf(fold(events), now, { requireChange: false });

const started: RunEvent = {
  ...at(0),
  type: "run.started",
  tool: "sample",
  tasks: 10,
  workers: 2,
  base: "b",
  before: null,
  branch: "refs/heads/cluster/r",
};
const ready = (instance: number, ms: number): RunEvent => ({
  ...at(ms),
  type: "pool",
  event: { type: "instance.state", at: ms, instance, state: "ready" },
});
const attempt = (index: number, ms: number): RunEvent => ({
  ...at(ms),
  type: "attempt.started",
  task: `t${index}`,
  index,
  attempt: 1,
  files: [`docs/${index}.md`],
});
const stage = (index: number, instance: number, ms: number): RunEvent => ({
  ...at(ms),
  type: "attempt.stage",
  task: `t${index}`,
  index,
  attempt: 1,
  instance,
  stage: "turn",
});
const ended = (index: number, ms: number, costUsd: number | "unknown" = 0.25): RunEvent[] => [
  {
    ...at(ms),
    type: "attempt.ended",
    task: `t${index}`,
    index,
    attempt: 1,
    instance: 0,
    outcome: "landed",
    message: null,
    retried: false,
  },
  {
    ...at(ms),
    type: "task.ended",
    outcome: sampleOutcome(index, "landed", {}, { costUsd }),
  },
];

describe("viewOf", () => {
  it("says that a run is being prepared before anything is heard", () => {
    expect(view([], 0)).toMatchObject({ note: "preparing", total: 0, workers: [] });
  });

  it("shows what each instance does, and for how long", () => {
    const events = [started, ready(0, 10), ready(1, 10), attempt(0, 100), stage(0, 1, 200)];
    expect(view(events, 1_200).workers).toEqual([
      { number: 0, doing: "free", file: null, sinceMs: null },
      { number: 1, doing: "turn", file: "docs/0.md", sinceMs: 1_000 },
    ]);
  });

  it("shows no more rows than workers, whatever gets ready ahead of them", () => {
    const three = [started, ready(0, 10), ready(1, 10), ready(2, 10)];
    const rows = (events: readonly RunEvent[]) =>
      view(events, 1_200).workers.map(({ number, doing, file }) => [number, doing, file]);
    expect(rows(three)).toEqual([
      [0, "free", null],
      [1, "free", null],
    ]);
    expect(rows([...three, attempt(0, 20), stage(0, 2, 30)])).toEqual([
      [0, "free", null],
      [1, "turn", "docs/0.md"],
    ]);
    const failed: RunEvent = {
      ...at(20),
      type: "pool",
      event: { type: "instance.state", at: 20, instance: 0, state: "failed" },
    };
    expect(rows([...three, failed]).map(([, doing]) => doing)).toEqual(["free", "free"]);
  });

  it("tells no cost where nothing was spent", () => {
    const nothing = { usage: { inputTokens: 0, outputTokens: 0 }, costUsd: 0 };
    const known = { knownUsage: nothing.usage, knownCostUsd: 0 };
    const outcome = sampleOutcome(0, "tool-error", { spent: { ...nothing, ...known } });
    const end: RunEvent = { ...at(5), type: "task.ended", outcome };
    expect(view([started, end], 10).costUsd).toBeNull();
  });

  it("tells rate, time left and cost once enough has ended", () => {
    const events = [started, attempt(0, 500), stage(0, 0, 1_000), ...ended(0, 1_500)];
    expect(view(events, 3_000)).toMatchObject({ ended: 1, perSecond: 0.5, leftMs: null });
    const more = [attempt(1, 3_000), ...ended(1, 3_500), attempt(2, 3_600), ...ended(2, 4_000)];
    expect(view([...events, ...more], 4_000)).toMatchObject({
      landed: 3,
      perSecond: 1,
      leftMs: 7_000,
      costUsd: 0.75,
      costIncomplete: false,
    });
    const held: RunEvent = { ...at(4_000), type: "run.held", held: true };
    expect(view([...events, ...more, held], 4_000).leftMs).toBeNull();
  });

  it("what was called off has not ended, and is not in the rate", () => {
    const cancelled = [1, 2, 3].map((index): RunEvent => {
      const outcome = sampleOutcome(index, "cancelled", { attempts: 0 });
      return { ...at(1_600), type: "task.ended", outcome };
    });
    const begun = [started, attempt(0, 400), stage(0, 0, 500)];
    const events = [...begun, ...ended(0, 1_500), ...cancelled];
    expect(view(events, 2_500)).toMatchObject({ ended: 1, perSecond: 0.5 });
    expect(view([...begun, ...cancelled], 2_500).perSecond).toBeNull();
  });

  it("what had ended before this process is counted, but not in its rate", () => {
    const counts = { ...initialRunStatus("r").counts, landed: 6, skipped: 1 };
    const { usage, knownUsage } = initialRunStatus("r");
    const spent = { usage, knownUsage, costUsd: 1, knownCostUsd: 1 };
    const resumed: RunEvent = { ...started, before: { counts, spent } };
    expect(view([resumed, attempt(0, 0), stage(0, 0, 0)], 1_000)).toMatchObject({
      ended: 7,
      landed: 6,
      perSecond: null,
      leftMs: null,
    });
    const events = [resumed, attempt(0, 0), stage(0, 0, 0), ...ended(0, 1_000)];
    expect(view(events, 2_000)).toMatchObject({ ended: 8, perSecond: 0.5, leftMs: null });
  });

  it("knows a cost that is not whole", () => {
    const events = [started, attempt(0, 0), ...ended(0, 1, "unknown")];
    expect(view(events, 10)).toMatchObject({ costUsd: null });
    const two = [...events, attempt(1, 1), ...ended(1, 2)];
    expect(view(two, 10)).toMatchObject({ costUsd: 0.25, costIncomplete: true });
  });

  it("says what holds the run up", () => {
    const running = [started, attempt(0, 0), stage(0, 0, 1)];
    const draining: RunEvent = { ...at(2), type: "run.state", state: "draining" };
    expect(view([...running, draining], 3).note).toBe("letting 1 turn end");
    const leasing = [started, attempt(0, 0), draining];
    expect(view(leasing, 3).note).toBe("ending");
    const paused: RunEvent = {
      ...at(2),
      type: "run.paused",
      tool: "aider",
      model: null,
      until: 21_000,
      reason: "429",
    };
    expect(view([...running, paused], 1_000).note).toContain("paused for 20s");
    expect(view([...running, paused], 22_000).note).toBeNull();
    const probing: RunEvent = { ...at(21_000), type: "run.probing", tool: "aider", model: null };
    expect(view([...running, paused, probing], 22_000).note).toContain("one task shows");
    const answers: RunEvent = { ...probing, type: "run.continued" };
    expect(view([...running, paused, probing, answers], 22_000).note).toBeNull();
    const low: RunEvent = { ...at(2), type: "run.memory", low: true, freeBytes: 1 };
    expect(view([...running, low], 3).note).toBe("memory is short: one turn at a time");
  });
});
