import { existsSync } from "node:fs";
import type { Undone } from "@cluster/workspace";
import { openFolder } from "@cluster/workspace";
import type { RunStore } from "../contract/run-store.ts";
import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";
import { LocalRunStore } from "../store/local-run-store.ts";
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
  const { folder, record } = stored;
  const { run } = record;
  if (record.place !== "in-place") {
    throw new BatchError(
      "OPTION_INVALID",
      `Run ${run} worked in worktrees, and what it landed is commits: take them back with git revert.`,
    );
  }
  // Where it was moved, its old place is gone.
  const root = existsSync(record.root) ? record.root : site.root;
  await using place = await (await openFolder(root)).reopenRun({ run, folder });
  return { run, root, ...(await place.restore()) };
}
