import type { Delivery, DeliveryChoice } from "@cluster/workspace";
import type { RunReport } from "../contract/report.ts";
import type { LandingPlace } from "../contract/site.ts";
import { verifyWholeRun, type WholeRunCheck } from "../verify/verify-whole-run.ts";
import { keptAs } from "./kept-as.ts";
import type { Recorder } from "./recorder.ts";

/** What there is to bring to where it is wanted. */
export interface DeliverLandedOptions {
  readonly recorder: Recorder;
  readonly branch: LandingPlace;
  /** The user's check of everything that landed together; `null` for none. */
  readonly check: WholeRunCheck | null;
  /** Where what landed is wanted. */
  readonly delivery: DeliveryChoice;
}

/** What became of what landed. */
export interface DeliveredRun {
  readonly delivery: Delivery;
  /** The check of everything together refused it. */
  readonly refused: boolean;
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
 * Brings what landed to where it is wanted. A run that was halted or interrupted keeps its branch: whether half a
 * change is wanted is the user's to say. What fails is a warning, and the branch stays then. Never rejects.
 */
export async function deliverLanded(
  end: RunReport["end"],
  options: DeliverLandedOptions,
): Promise<DeliveredRun> {
  const { recorder, branch } = options;
  await dropSuperseded(options);
  const undelivered = (why: string): Promise<Delivery> => branch.undelivered(why, options.delivery);
  const refusal = end === "complete" ? await refusalOf(options) : null;
  if (refusal !== null) {
    recorder.warn(refusal);
    const delivery = await undelivered("the check of the whole run refused it");
    return { delivery, refused: true };
  }
  if (end !== "complete" && branch.tip() !== branch.base) {
    return { delivery: await undelivered(UNDELIVERED[end]), refused: false };
  }
  try {
    const delivery = await branch.deliver({
      ...options.delivery,
      announce: (move) => recorder.journal.mark({ type: "run.delivering", ...move }),
    });
    return { delivery, refused: false };
  } catch (error) {
    recorder.warn(`The run's branch could not be delivered: ${messageOf(error)}`);
    return { delivery: await undelivered(UNDELIVERED.complete), refused: false };
  }
}

async function dropSuperseded({ recorder, branch }: DeliverLandedOptions): Promise<void> {
  try {
    for (const ref of (await branch.dropSuperseded?.()) ?? []) recorder.retract(keptAs(ref));
  } catch (error) {
    recorder.warn(`What has landed by now is kept once more: ${messageOf(error)}`);
  }
}

/** Why everything together is not wanted; `null` when it is. */
async function refusalOf({ branch, check }: DeliverLandedOptions): Promise<string | null> {
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
