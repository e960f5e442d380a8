import type { Delivery } from "@cluster/workspace";
import type { Journal } from "../contract/journal.ts";
import type { RunMark } from "../contract/run-record.ts";
import type { StoredRun } from "../contract/run-store.ts";
import type { Site } from "../contract/site.ts";

/** The commit that the run's branch began on last. */
export function branchBase({ journal, record }: Pick<StoredRun, "journal" | "record">): string {
  const resumed = journal.marks().findLast((mark) => mark.type === "run.resumed");
  return resumed?.base ?? record.base;
}

/** What became of the branch, if that came to pass: by the journal, or by what git has. */
export async function deliveryOf(
  { journal, record }: Pick<StoredRun, "journal" | "record">,
  repository: Site,
): Promise<Delivery | null> {
  const last = journal.marks().at(-1);
  if (last?.type === "run.ended") return last.delivery;
  if (last?.type !== "run.delivering") return null;
  const { branch, from, to } = last;
  const mended = await repository.mendDelivery({ branch, from, to }, record.run);
  return mended === "delivered" ? { kind: "merged", branch, commit: to } : null;
}

/** The commits that the journal knows to have landed. */
export function* landedIn(journal: Journal): Iterable<string> {
  for (const { outcome } of journal.entries()) {
    if (outcome?.outcome === "landed" && outcome.evidence.commit) yield outcome.evidence.commit;
  }
}

/** A run that was left had not come to its end. */
export function howItEnded(
  marks: readonly RunMark[],
): Pick<RunMark & { type: "run.ended" }, "end" | "reason"> {
  const last = marks.findLast(({ type }) => type === "run.ended" || type === "run.resumed");
  if (last?.type === "run.ended") return { end: last.end, reason: last.reason };
  return { end: "interrupted", reason: null };
}
