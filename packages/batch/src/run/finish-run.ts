import type { Delivery, DeliveryChoice } from "@cluster/workspace";
import type { TaskOutcome } from "../contract/evidence.ts";
import type { Executor } from "../contract/executor.ts";
import type { BudgetReport, RunReport } from "../contract/report.ts";
import type { LandingPlace } from "../contract/site.ts";
import { buildReport } from "../report/build-report.ts";
import { verifyWholeRun, type WholeRunCheck } from "../verify/verify-whole-run.ts";
import type { Closing } from "./closing.ts";
import { keptAs } from "./kept-as.ts";
import type { Recorder } from "./recorder.ts";

/** What there is to put away. */
export interface FinishOptions {
  readonly recorder: Recorder;
  readonly executor: Executor;
  readonly branch: LandingPlace;
  /** Why it started nothing more before its end. */
  readonly closing: Closing | null;
  readonly budget: BudgetReport | null;
  readonly requireChange: boolean;
  readonly keepWorktrees: boolean;
  /** The user's check of everything that landed together; `null` for none. */
  readonly check: WholeRunCheck | null;
  /** Where what landed is wanted. */
  readonly delivery: DeliveryChoice;
  /** Lets go of the run's journal. */
  readonly close: () => Promise<void>;
  /** How many tasks had ended before this process went on with it. */
  readonly endedBefore: number;
  /** How the tasks stand that have no outcome. */
  readonly left: readonly TaskOutcome[];
}

/** Why what landed is not brought to the user's branch. */
const UNDELIVERED: Readonly<Record<RunReport["end"], string>> = {
  complete: "the run did not come to its end",
  halted: "the run was halted",
  interrupted: "the run was interrupted",
  budget: "the run's budget is spent",
  quota: "the run's provider refuses for quota",
};

/**
 * Ends processes, brings what landed to the checked-out branch, removes worktrees, and reports. A run
 * that was halted or interrupted keeps its branch: whether half a change is wanted is the user's to say.
 */
export async function finishRun(options: FinishOptions): Promise<RunReport> {
  const { recorder, executor, branch } = options;
  const { status } = recorder;
  const end = endOf(options);
  const carried = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => recorder.warn(`${what}: ${messageOf(error)}`));
  };
  await carried("Not every process could be ended", () => dispose(executor));
  await carried("What has landed by now is kept once more", async () => {
    for (const ref of (await branch.dropSuperseded?.()) ?? []) recorder.retract(keptAs(ref));
  });
  const undelivered = (why: string): Delivery => branch.undelivered(why, options.delivery);
  let delivery = undelivered("the run did not come to its end");
  const refusal = end === "complete" ? await refusalOf(options) : null;
  if (refusal !== null) {
    recorder.warn(refusal);
    delivery = undelivered("the check of the whole run refused it");
  } else if (end === "complete" || branch.tip() === branch.base) {
    await carried("The run's branch could not be delivered", async () => {
      delivery = await branch.deliver({
        ...options.delivery,
        announce: (move) => recorder.journal.mark({ type: "run.delivering", ...move }),
      });
    });
  } else {
    delivery = undelivered(UNDELIVERED[end]);
  }
  if (options.keepWorktrees) recorder.warn("The worktrees were kept: see git worktree list.");
  else await carried("Not every worktree could be removed", () => branch.dispose());
  const left = new Map(options.left.map((task) => [task.task, task]));
  const tasks: TaskOutcome[] = [];
  for (const { task, outcome } of recorder.journal.entries()) {
    const known = outcome ?? left.get(task.id);
    if (known !== undefined) tasks.push(known);
  }
  const report = buildReport({
    status,
    tasks,
    end,
    haltReason:
      end === "complete" || end === "interrupted"
        ? null
        : recorder.redact(options.closing?.reason ?? null),
    budget: options.budget,
    delivery,
    warnings: recorder.warnings,
    requireChange: options.requireChange,
    endedBefore: options.endedBefore,
    refused: refusal !== null,
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

/** Why everything together is not wanted; `null` when it is. */
async function refusalOf({ branch, check }: FinishOptions): Promise<string | null> {
  if (check === null || branch.tip() === branch.base) return null;
  try {
    const judgement = await verifyWholeRun(branch, check);
    if (judgement.kind === "passed") return null;
    if (judgement.kind === "cancelled") return "The check of the whole run was stopped.";
    return `The check of the whole run: ${judgement.message}`;
  } catch (error) {
    return `The check of the whole run could not be made: ${messageOf(error)}`;
  }
}

async function dispose(executor: Executor): Promise<void> {
  await executor[Symbol.asyncDispose]();
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
