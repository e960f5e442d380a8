import { endLeftovers } from "@cluster/manager";
import type { KeptRef } from "@cluster/workspace";
import type { RunStore, StoredRun } from "../contract/run-store.ts";
import type { Site } from "../contract/site.ts";
import { LocalRunStore } from "../store/local-run-store.ts";
import { branchBase } from "./delivered.ts";
import { openSite, siteOf } from "./open-site.ts";

/** Which run to clean away. */
export interface CleanOptions {
  /** The folder that it was begun in, or what is open already. */
  readonly repository: string | Site;
  /** Its id, the beginning of that, or `last`. */
  readonly run: string;
  /** What did not land too, and what was still to be done. @default false */
  readonly force?: boolean;
  /** @default the user's state folder */
  readonly store?: RunStore;
}

/** What became of it. */
export interface CleanedRun {
  readonly run: string;
  /** Refs, and the run's folder when nothing had to be kept. */
  readonly removed: readonly string[];
  readonly kept: readonly KeptPart[];
}

/** A part of a run that stays. */
export interface KeptPart {
  /** A ref, or the run's folder. */
  readonly what: string;
  /**
   * `open-tasks`: it can be gone on with; `edits`: what did not land lies there; `originals`: what stood where
   * its edits are now, and nothing else has; otherwise as {@link KeptRef}.
   */
  readonly reason: KeptRef["reason"] | "open-tasks" | "edits" | "originals";
}

/**
 * Removes a run that is no longer wanted: worktrees that are left, its refs and its folder. What nothing else
 * has stays, and its folder with it, unless it is forced; edits that a killed process had not committed are
 * parked first, and count as such. Tools that a killed process left running are ended first, whatever stays of the
 * run.
 * @throws {BatchError} RUN_UNKNOWN, RUN_AMBIGUOUS, RUN_OWNED, JOURNAL_DAMAGED, STORE_FAILED
 * @throws {WorkspaceError} whatever git refuses
 */
export async function cleanRun(options: CleanOptions): Promise<CleanedRun> {
  const { repository: given, store = new LocalRunStore(), force = false } = options;
  const opened = typeof given === "string" ? await openSite(given) : given;
  const stored = await store.open(opened, options.run);
  const { record, folder } = stored;
  const { run } = record;
  let kept: KeptPart[] = [];
  let removed: readonly string[] = [];
  try {
    // They cost money, and may still write where this looks.
    await endLeftovers();
    if (!force && hasOpenTasks(stored)) {
      return { run, removed, kept: [{ what: folder, reason: "open-tasks" }] };
    }
    const site = await siteOf(record, opened);
    if (record.place !== "in-place") await removeWorktrees(stored, site);
    const forgotten = await site.forgetRun({ run, force });
    removed = forgotten.removed;
    kept = forgotten.kept.map(({ ref, reason }) => ({ what: ref, reason }));
    if (record.place === "in-place" && !force) {
      if (holdsEdits(stored)) kept.push({ what: folder, reason: "edits" });
      else if (stored.journal.tally().counts.landed > 0) {
        kept.push({ what: folder, reason: "originals" });
      }
    }
  } finally {
    await stored[Symbol.asyncDispose]();
  }
  // What tells of the kept refs is not to go before them.
  if (kept.length > 0) return { run, removed, kept };
  await store.remove(opened, run);
  return { run, removed: [...removed, folder], kept };
}

/** Those of a process that was killed; the edits in them are parked. */
async function removeWorktrees(stored: StoredRun, site: Site): Promise<void> {
  const { run, target } = stored.record;
  const base = branchBase(stored);
  await using branch = await site.reopenRun({ run, base, target, folder: stored.folder });
  await branch.salvage();
}

/** Something is still to be done. That what was taken back can be made again is nothing to wait for. */
function hasOpenTasks({ journal }: StoredRun): boolean {
  const ended = journal.marks().findLast((mark) => mark.type === "run.ended");
  const isUndone = ended?.delivery.kind === "undone";
  return journal
    .unfinished()
    .some(({ task }) => !isUndone || journal.attempts(task.id).at(-1)?.landed !== true);
}

/** In place, what did not land is kept as files of the run's folder. */
function holdsEdits({ journal }: StoredRun): boolean {
  for (const { outcome } of journal.entries()) {
    if (outcome === null) continue;
    const { parkedRef, outsideRef, earlierRefs } = outcome.evidence;
    if (parkedRef !== null || outsideRef !== null || earlierRefs.length > 0) return true;
  }
  return false;
}
