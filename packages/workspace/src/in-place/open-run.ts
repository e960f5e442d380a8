import { join } from "node:path";
import { FileLocks } from "./file-locks.ts";
import { listWatched } from "./folder-files.ts";
import type { FolderParts } from "./folder-parts.ts";
import { GuardedFolder } from "./guarded-folder.ts";
import { InPlaceContext } from "./in-place-context.ts";
import { InPlaceRun } from "./in-place-run.ts";
import type { LockHolder } from "./lock-table.ts";
import { InPlaceRecord, readRecord } from "./record.ts";
import { stateFailed } from "./state-failure.ts";
import { StrayWatch } from "./stray-watch.ts";

/** How many files are looked at for changes that belong to no task. */
const MOST_WATCHED = 50_000;
const RECORD = "record.jsonl";

/**
 * Opens a run in place, whether it is new or was left.
 * @param state the folder with its record, contents and kept edits
 */
export async function openRun(
  { root, git, state: shared }: FolderParts,
  run: string,
  state: string,
): Promise<InPlaceRun> {
  let record: InPlaceRecord;
  try {
    record = await InPlaceRecord.open(join(state, RECORD));
  } catch (cause) {
    throw stateFailed(`The backups of a run in place, in ${state},`, cause);
  }
  let opened: InPlaceRun | null = null;
  try {
    const locks = new FileLocks(join(shared, "locks"), { run, state, isHalfEdited });
    const except = [shared, state];
    const watch = new StrayWatch({
      root,
      list: () => listWatched({ root, git, except, most: MOST_WATCHED }),
      isExplained: (path, at) => locks.isHeld(path) || locks.isOthers(path, at),
    });
    const folder = new GuardedFolder(root, state);
    opened = new InPlaceRun(run, new InPlaceContext({ folder, record, locks, watch, state }));
    await opened.recover();
    return opened;
  } catch (error) {
    await (opened?.dispose() ?? record.close()).catch(() => {});
    throw error;
  }
}

/** Whether a run that nobody goes on with any more has left a file in the middle of an attempt. */
async function isHalfEdited({ path, state }: LockHolder): Promise<boolean> {
  const record = await readRecord(join(state, RECORD));
  return [...record.state.open.values()].some(({ before }) => Object.hasOwn(before, path));
}
