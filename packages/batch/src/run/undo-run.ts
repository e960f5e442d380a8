import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Delivery, Undone } from "@cluster/workspace";
import { openFolder } from "@cluster/workspace";
import type { Journal } from "../contract/journal.ts";
import type { RunStore, StoredRun } from "../contract/run-store.ts";
import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";
import { LocalRunStore } from "../store/local-run-store.ts";
import { RUN_FILES } from "../store/run-folder.ts";
import { howItEnded } from "./delivered.ts";
import { openSite } from "./open-site.ts";

/** Which run to take back. */
export interface UndoOptions {
  /** The folder that it was begun in, or what is open already. */
  readonly repository: string | Site;
  /** Its id, the beginning of that, or `last`. */
  readonly run: string;
  /** @default the user's state folder */
  readonly store?: RunStore;
}

/** What became of a run that was taken back. */
export interface UndoneRun extends Undone {
  readonly run: string;
  readonly root: string;
}

/**
 * Takes back a run that worked in place: every file that it changed is as it was before the run, from the
 * backups. A file that somebody changed since is left as it is, and named. Tasks whose edit was taken back have no
 * outcome any more: `resumeRun` makes them again. May be done again.
 * @throws {BatchError} RUN_UNKNOWN, RUN_AMBIGUOUS, RUN_OWNED, OPTION_INVALID for a run in worktrees
 * @throws {WorkspaceError} FILE_HELD, RESTORE_FAILED, STATE_FAILED, DISK_FULL
 */
export async function undoRun(options: UndoOptions): Promise<UndoneRun> {
  const { repository: given, store = new LocalRunStore() } = options;
  const site = typeof given === "string" ? await openSite(given) : given;
  await using stored = await store.open(site, options.run);
  const { folder, record: begun, journal } = stored;
  const { run } = begun;
  if (begun.place !== "in-place") {
    const kept = journal.marks().findLast((mark) => mark.type === "run.ended")?.delivery;
    const where =
      kept?.kind === "kept"
        ? `and what it landed is on ${kept.branch}, not in your branch: there is nothing to take back.`
        : "and what it landed is commits: take them back with git revert.";
    throw new BatchError("OPTION_INVALID", `Run ${run} worked in worktrees, ${where}`);
  }
  // Where it was moved, its old place is gone.
  const root = existsSync(begun.root) ? begun.root : site.root;
  await using place = await (await openFolder(root)).reopenRun({ run, folder });
  const undone = await place.restore();
  const there = new Set((await place.landedCommits()).map(({ commit }) => commit));
  await record(stored, root, undone, takenBack(journal, there));
  return { run, root, ...undone };
}

/** The tasks that are told to have landed, and whose edit is not in the folder any more. */
function takenBack(journal: Journal, there: ReadonlySet<string>): readonly string[] {
  const tasks: string[] = [];
  for (const { task, outcome } of journal.entries()) {
    if (outcome?.outcome !== "landed" || outcome.evidence.commit === null) continue;
    if (!there.has(outcome.evidence.commit)) tasks.push(task.id);
  }
  return tasks;
}

/** From here on nobody is told that it landed, and whoever goes on with the run makes it again. */
async function record(
  { journal, folder }: StoredRun,
  root: string,
  { restored, changed }: Undone,
  tasks: readonly string[],
): Promise<void> {
  if (restored.length === 0 && tasks.length === 0) return;
  const marks = journal.marks();
  const before = marks.findLast(({ type }) => type === "run.ended" || type === "run.resumed");
  const isMore = before?.type === "run.ended" && before.delivery.kind === "undone";
  const delivery: Delivery = {
    kind: "undone",
    folder: root,
    restored: (isMore ? before.delivery.restored : 0) + restored.length,
    changed,
  };
  await journal.mark({ type: "run.ended", ...howItEnded(marks), delivery });
  for (const task of tasks) {
    await journal.record({ type: "task.reopened", task, reason: "cluster undo" });
  }
  // A report that was written before says otherwise; the journal can give another one at any time.
  await rm(join(folder, RUN_FILES.report), { force: true });
}
