import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Delivery, Undone } from "@cluster/workspace";
import { openFolder } from "@cluster/workspace";
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
 * backups. A file that somebody changed since is left as it is, and named. May be done again.
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
  await record(stored, root, undone);
  return { run, root, ...undone };
}

/** From here on nobody is told that it landed. */
async function record(
  { journal, folder }: StoredRun,
  root: string,
  { restored, changed }: Undone,
): Promise<void> {
  if (restored.length === 0) return;
  const marks = journal.marks();
  const before = marks.findLast((mark) => mark.type === "run.ended")?.delivery;
  const earlier = before?.kind === "undone" ? before.restored : 0;
  const delivery: Delivery = {
    kind: "undone",
    folder: root,
    restored: earlier + restored.length,
    changed,
  };
  await journal.mark({ type: "run.ended", ...howItEnded(marks), delivery });
  // A report that was written before says otherwise; the journal can give another one at any time.
  await rm(join(folder, RUN_FILES.report), { force: true });
}
