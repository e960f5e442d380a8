import type { Outcome, RunReport, TaskOutcome } from "@cluster/batch";
import { NO_EVIDENCE } from "../../src/attempt/no-evidence.ts";
import { buildReport, type ReportParts } from "../../src/report/build-report.ts";
import { NOTHING_SPENT } from "../../src/report/spending.ts";
import { initialRunStatus } from "../../src/status/run-status.ts";

/** A task's outcome with what matters in a test. */
export function madeOutcome(
  index: number,
  outcome: Outcome,
  more: Partial<TaskOutcome> = {},
  evidence: Partial<TaskOutcome["evidence"]> = {},
): TaskOutcome {
  return {
    task: `t${index}`,
    index,
    files: [`docs/${index}.md`],
    outcome,
    reason: null,
    attempts: 1,
    instance: 0,
    tookMs: 1_000,
    evidence: { ...NO_EVIDENCE, ...evidence },
    spent: NOTHING_SPENT,
    ...more,
  };
}

/** A report of these tasks, as a run makes it. */
export function madeReport(
  tasks: readonly TaskOutcome[],
  more: Partial<ReportParts> = {},
): RunReport {
  const status = { ...initialRunStatus("0abc1234"), tool: "sample", workers: 2 };
  return buildReport({
    status: { ...status, base: "0123456789abcdef", startedAt: 1_000, firstAttemptAt: 1_500 },
    tasks,
    end: "complete",
    haltReason: null,
    budget: null,
    delivery: { kind: "merged", branch: "main", commit: "fedcba9876543210" },
    warnings: [],
    requireChange: false,
    refused: false,
    endedBefore: 0,
    endedAt: 11_000,
    ...more,
  });
}

/** A reason with this message. */
export function because(message: string): Pick<TaskOutcome, "reason"> {
  return { reason: { failureClass: null, code: null, message } };
}
