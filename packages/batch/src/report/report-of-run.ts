import type { TaskOutcome } from "../contract/evidence.ts";
import type { RunReport } from "../contract/report.ts";
import type { RunReader } from "../contract/run-reader.ts";
import { initialRunStatus } from "../status/run-status.ts";
import { buildReport } from "./build-report.ts";

/**
 * What a run's journal tells at this moment, as a report: of a run that is under way, was stopped or killed
 * too. Tasks without an outcome are not in it. It knows no speed, since a run may have had pauses of days.
 * @param requireChange A task that changed nothing counts as failed. @default false
 */
export function reportOfRun(
  reader: RunReader,
  { requireChange = false }: { readonly requireChange?: boolean } = {},
): RunReport {
  const { record } = reader;
  const marks = reader.marks();
  const ended = marks.findLast((mark) => mark.type === "run.ended");
  const end = marks.at(-1)?.type === "run.ended" ? ended : undefined;
  const tasks: TaskOutcome[] = [];
  for (const { outcome, withdrawn } of reader.entries()) {
    if (outcome !== null && !withdrawn) tasks.push(outcome);
  }
  const report = buildReport({
    status: {
      ...initialRunStatus(record.run),
      tool: record.tool,
      workers: record.workers,
      base: record.base,
      startedAt: record.createdAt,
    },
    tasks,
    end: end?.end ?? "interrupted",
    endedBefore: 0,
    haltReason: end?.reason ?? null,
    delivery: end?.delivery ?? {
      kind: "kept",
      branch: `cluster/${record.run}`,
      reason: "the run has not come to its end",
      command: `cluster resume ${record.run}`,
    },
    warnings: [],
    requireChange,
    budget: null,
    refused: false,
    endedAt: end?.at ?? marks.at(-1)?.at ?? record.createdAt,
  });
  // A task that the journal leaves open is not done, however well the others went.
  const open = reader.size - tasks.length;
  return { ...report, open, ok: report.ok && open === 0 };
}
