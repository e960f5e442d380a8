import { endLeftovers } from "@cluster/manager";
import type { Delivery, DeliveryChoice } from "@cluster/workspace";
import type { RunStore } from "../contract/run-store.ts";
import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";
import { LocalRunStore } from "../store/local-run-store.ts";
import { branchBase, deliveryOf, howItEnded, landedIn } from "./delivered.ts";
import { openSite, siteOf } from "./open-site.ts";
import { wantedDelivery } from "./place-options.ts";

/** Which run to land, and how. */
export interface LandOptions {
  /** The git repository that it was begun in: a path in it, or one that is open already. */
  readonly repository: string | Site;
  /** Its id, the beginning of that, or `last`. */
  readonly run: string;
  /** @default into the branch that was checked out when it began */
  readonly delivery?: DeliveryChoice;
  /** @default the user's state folder */
  readonly store?: RunStore;
}

/** What became of a run that was to be landed. */
export interface LandedRun {
  readonly run: string;
  readonly delivery: Delivery;
  /** It had been brought there before: nothing was done now. */
  readonly before: boolean;
  /** Why it had stayed on its own branch; `null` where it landed before, or was left without a word. */
  readonly stayed: string | null;
  /** Tasks that have no outcome yet: the run can be gone on with. */
  readonly open: number;
}

/**
 * Brings what has landed on a run's own branch to where it is wanted: of a run whose branch stayed, since it
 * was stopped or did not fit then. Where that has been done before, it says so.
 * @throws {BatchError} RUN_UNKNOWN, RUN_AMBIGUOUS, RUN_OWNED, JOURNAL_DAMAGED, STORE_FAILED,
 *   OPTION_INVALID for a run in place
 * @throws {WorkspaceError} whatever git refuses
 */
export async function landRun(options: LandOptions): Promise<LandedRun> {
  const { repository: given, store = new LocalRunStore(), delivery: choice = {} } = options;
  const site = typeof given === "string" ? await openSite(given) : given;
  const stored = await store.open(site, options.run);
  try {
    const { journal, record, folder } = stored;
    const { run, target } = record;
    if (record.place === "in-place") {
      throw new BatchError(
        "OPTION_INVALID",
        `Run ${run} worked in place: its edits are where they belong already.`,
      );
    }
    const repository = await siteOf(record, site);
    const open = journal.unfinished().length;
    const before = await deliveryOf(stored, repository);
    if (before !== null && before.kind !== "kept") {
      return { run, delivery: before, before: true, stayed: null, open };
    }
    const base = branchBase(stored);
    const landed = (): Iterable<string> => landedIn(journal);
    await using branch = await repository.reopenRun({ run, base, target, folder, landed });
    // Tools of a process that was killed may still write there.
    await endLeftovers();
    await branch.salvage();
    const delivery = await branch.deliver({
      ...wantedDelivery(run, choice),
      announce: (move) => journal.mark({ type: "run.delivering", ...move }),
    });
    await journal.mark({ type: "run.ended", ...howItEnded(journal.marks()), delivery });
    return { run, delivery, before: false, stayed: before?.reason ?? null, open };
  } finally {
    await stored[Symbol.asyncDispose]();
  }
}
