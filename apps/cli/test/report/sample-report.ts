import { OUTCOMES, type Outcome, type RunReport, type TaskOutcome } from "@cluster/batch";

/** A task's outcome for tests, with what matters in it. */
export function sampleOutcome(
  index: number,
  outcome: Outcome,
  more: Partial<TaskOutcome> = {},
  evidence: Partial<TaskOutcome["evidence"]> = {},
): TaskOutcome {
  const { costUsd = "unknown" } = evidence;
  return {
    task: `t${index}`,
    index,
    files: [`docs/${index}.md`],
    outcome,
    reason: null,
    attempts: 1,
    instance: 0,
    tookMs: 1_200,
    spent: {
      usage: "unknown",
      costUsd,
      knownUsage: { inputTokens: 0, outputTokens: 0 },
      knownCostUsd: costUsd === "unknown" ? 0 : costUsd,
    },
    evidence: {
      instance: 0,
      changes: [],
      outside: [],
      claimedEdits: [],
      reply: null,
      usage: "unknown",
      costUsd: "unknown",
      endedBy: null,
      questions: [],
      commit: null,
      parkedRef: null,
      outsideRef: null,
      earlierRefs: [],
      patch: null,
      ...evidence,
    },
    ...more,
  };
}

/** A report for tests, counted from its tasks. */
export function sampleReport(
  tasks: readonly TaskOutcome[],
  more: Partial<RunReport> = {},
): RunReport {
  const counts = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, tasks.filter((task) => task.outcome === outcome).length]),
  ) as RunReport["counts"];
  return {
    run: "0abc1234",
    tool: "sample",
    workers: 5,
    base: "0123456789abcdef0123456789abcdef01234567",
    startedAt: 1_000,
    endedAt: 3_500,
    end: "complete",
    haltReason: null,
    budget: null,
    counts,
    byTool: [],
    tasks,
    open: counts.cancelled + counts.budget + counts.quota,
    failures: [],
    slowest: [],
    usage: { inputTokens: 1_000, outputTokens: 200 },
    costUsd: 0.5,
    knownUsage: { inputTokens: 1_000, outputTokens: 200 },
    knownCostUsd: 0.5,
    tasksPerSecond: 2,
    delivery: { kind: "merged", branch: "main", commit: "fedcba" },
    warnings: [],
    ok: tasks.every(({ outcome }) => outcome === "landed" || outcome === "no-change"),
    ...more,
  };
}
