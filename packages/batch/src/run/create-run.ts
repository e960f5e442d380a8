import { WorkspaceError } from "@cluster/workspace";
import type { Journal } from "../contract/journal.ts";
import type { RunRecord } from "../contract/run-record.ts";
import type { LandingPlace, Site } from "../contract/site.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { LocalRunStore } from "../store/local-run-store.ts";
import type { RunOptions } from "./options.ts";
import { placeOptions } from "./place-options.ts";

/** A run that exists and has not begun. */
export interface CreatedRun {
  readonly branch: LandingPlace;
  readonly journal: Journal;
  /** `null` where nothing is kept. */
  readonly folder: string | null;
  /** Lets go of what is kept of it. */
  close(): Promise<void>;
  /** As if it had never been. */
  undo(): Promise<void>;
}

/** How often a run id that is taken is made anew. */
const ID_TRIES = 5;

/** The journal first, then the branch: whatever a crash leaves of a new run, somebody knows of it. */
export async function createRun(
  repository: Site,
  options: RunOptions,
  about: Pick<RunRecord, "tool" | "workers" | "createdAt">,
  newId: () => string,
): Promise<CreatedRun> {
  const { commit, branch: target } = await repository.head();
  const base = options.base ?? commit;
  const settings = options.settings ?? null;
  const how = placeOptions(options, repository);
  for (let tries = 1; ; tries += 1) {
    const run = options.id ?? newId();
    const { root, place } = repository;
    const record: RunRecord = { ...about, run, root, place, base, target, settings };
    const kept = await keep(repository, record, options);
    try {
      const branch = await repository.createRun({ run, base, folder: kept.folder, ...how });
      const undo = async (): Promise<void> => {
        await branch.dispose().catch(() => {});
        await kept.undo().catch(() => {});
      };
      return { ...kept, branch, undo };
    } catch (error) {
      await kept.undo().catch(() => {});
      const taken = error instanceof WorkspaceError && error.code === "BRANCH_EXISTS";
      if (!taken || options.id !== undefined || tries >= ID_TRIES) throw error;
    }
  }
}

async function keep(
  repository: Site,
  record: RunRecord,
  { store = new LocalRunStore(), durability, journal }: RunOptions,
): Promise<Omit<CreatedRun, "branch">> {
  if (store === null || journal !== undefined) {
    const own = journal ?? new MemoryJournal();
    await own.mark({ type: "run.begun", record });
    const nothing = async (): Promise<void> => {};
    return { journal: own, folder: null, close: () => own.close(), undo: nothing };
  }
  const stored = await store.create(repository, record, durability && { durability });
  const close = async (): Promise<void> => stored[Symbol.asyncDispose]();
  const undo = async (): Promise<void> => {
    await close();
    await store.remove(repository, record.run);
  };
  return { journal: stored.journal, folder: stored.folder, close, undo };
}
