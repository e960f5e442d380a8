import type { Journal } from "./journal.ts";
import type { RunRecord } from "./run-record.ts";
import type { Site } from "./site.ts";

/** What a journal survives: the death of its process, or a loss of power too, at a price for each transition. */
export type Durability = "process" | "power";

/** What was found wrong with a journal when it was opened, and what was done about it. */
export interface JournalDamage {
  /** The first row that cannot be believed. */
  readonly sequence: number;
  readonly message: string;
  /** Where the damaged journal was put aside; what could be believed of it goes on. */
  readonly kept: string;
}

/** A run that this process owns: nobody else goes on with it meanwhile. Disposing of it lets go of it. */
export interface StoredRun extends AsyncDisposable {
  readonly record: RunRecord;
  /** Its folder, absolute: journal, events, transcripts, report. */
  readonly folder: string;
  readonly journal: Journal;
  readonly damage: JournalDamage | null;
}

/** Where runs are kept so that another process can go on with them. */
export interface RunStore {
  /**
   * Begins a run's folder and journal, with `run.begun` as its first mark, and owns it.
   * @throws {BatchError} RUN_EXISTS, STORE_FAILED
   */
  create(
    repository: Site,
    record: RunRecord,
    options?: { readonly durability?: Durability },
  ): Promise<StoredRun>;
  /**
   * Opens a run to go on with it, and owns it.
   * @param run its id, the beginning of it, or `last`
   * @throws {BatchError} RUN_UNKNOWN, RUN_AMBIGUOUS, RUN_OWNED, JOURNAL_DAMAGED, STORE_FAILED
   */
  open(
    repository: Site,
    run: string,
    options?: { readonly durability?: Durability },
  ): Promise<StoredRun>;
  /** Forgets a run with all that is in its folder. @throws {BatchError} RUN_UNKNOWN, RUN_OWNED */
  remove(repository: Site, run: string): Promise<void>;
}
