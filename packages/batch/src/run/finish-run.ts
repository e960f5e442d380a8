import type { TaskOutcome } from "../contract/evidence.ts";
import type { Executor } from "../contract/executor.ts";
import type { BudgetReport, RunReport } from "../contract/report.ts";
import { buildReport } from "../report/build-report.ts";
import type { Closing } from "./closing.ts";
import { type DeliverLandedOptions, deliverLanded } from "./deliver-landed.ts";
import type { Recorder } from "./recorder.ts";

/** What there is to put away. */
export interface FinishOptions extends DeliverLandedOptions {
  readonly executor: Executor;
  /** Why it started nothing more before its end. */
  readonly closing: Closing | null;
  readonly budget: BudgetReport | null;
  readonly requireChange: boolean;
  readonly keepWorktrees: boolean;
  /** Lets go of the run's journal. */
  readonly close: () => Promise<void>;
  /** How many tasks had ended before this process went on with it. */
  readonly endedBefore: number;
  /** How the tasks stand that have no outcome. */
  readonly left: readonly TaskOutcome[];
}

/**
 * Ends processes, delivers, removes worktrees, reports, and records the end, in this order: what fails on the way
 * is a warning in the report, and the rest is done all the same.
 */
export async function finishRun(options: FinishOptions): Promise<RunReport> {
  const { recorder, executor, branch, closing } = options;
  const end = endOf(options);
  const carried = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => recorder.warn(`${what}: ${messageOf(error)}`));
  };
  await carried("Not every process could be ended", async () => executor[Symbol.asyncDispose]());
  const { delivery, refused } = await deliverLanded(end, options);
  if (options.keepWorktrees) recorder.warn("The worktrees were kept: see git worktree list.");
  else await carried("Not every worktree could be removed", () => branch.dispose());
  const gaveUp = end !== "complete" && end !== "interrupted";
  const report = buildReport({
    status: { ...recorder.status, base: firstBase(recorder) },
    tasks: standings(options),
    end,
    haltReason: gaveUp ? recorder.redact(closing?.reason ?? null) : null,
    budget: options.budget,
    delivery,
    warnings: recorder.warnings,
    requireChange: options.requireChange,
    endedBefore: options.endedBefore,
    refused,
    endedAt: recorder.now(),
  });
  const { haltReason: reason } = report;
  await carried("The end of the run could not be recorded", () =>
    recorder.journal.mark({ type: "run.ended", end, reason, delivery }),
  );
  await carried("The journal could not be closed", options.close);
  recorder.publish({ type: "run.ended", report });
  return report;
}

/** Where the run began, whatever its branch began on anew since then: what landed before came after it too. */
function firstBase({ journal, status }: Recorder): string {
  const begun = journal.marks().find((mark) => mark.type === "run.begun");
  return begun?.record.base ?? status.base;
}

/** How every task has ended, or stands. */
function standings({ recorder, left }: FinishOptions): TaskOutcome[] {
  const open = new Map(left.map((task) => [task.task, task]));
  const tasks: TaskOutcome[] = [];
  for (const { task, outcome } of recorder.journal.entries()) {
    const known = outcome ?? open.get(task.id);
    if (known !== undefined) tasks.push(known);
  }
  return tasks;
}

/** Whoever closed the run last when nothing was left to do has changed nothing. */
function endOf({ closing, left }: FinishOptions): RunReport["end"] {
  if (closing?.kind === "halted") return "halted";
  if (closing === null || left.length === 0) return "complete";
  return closing.kind === "stopped" ? "interrupted" : closing.kind;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
