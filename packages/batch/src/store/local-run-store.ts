import { mkdirSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunReader, RunSummary } from "../contract/run-reader.ts";
import type { RunRecord } from "../contract/run-record.ts";
import type { Durability, RunStore, StoredRun } from "../contract/run-store.ts";
import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";
import { storeFailure } from "../journal/sqlite/failures.ts";
import { createJournal, type JournalOptions, openJournal } from "../journal/sqlite/open-journal.ts";
import type { SqliteJournal } from "../journal/sqlite/sqlite-journal.ts";
import { findRun, listRuns } from "./find-run.ts";
import { makePrivateFolder } from "./make-folder.ts";
import { type Ownership, own } from "./ownership.ts";
import { journalIn, requireRunName, stateFolder } from "./places.ts";
import { readRun, recordOf } from "./read-run.ts";
import { claimSiteFolder, siteFolder } from "./site-folder.ts";

/** Where a {@link LocalRunStore} keeps runs. */
export interface LocalRunStoreOptions {
  /** @default `$CLUSTER_STATE`, else `cluster` in `$XDG_STATE_HOME`, else `~/.local/state/cluster` */
  readonly folder?: string;
  /** The time in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** What tells a repository from others. */
type Place = Pick<Site, "commonDir">;

/** Keeps runs in the user's state folder: a folder for each repository, and in it one for each run. */
export class LocalRunStore implements RunStore {
  /** Where all of them are, of every repository; absolute. */
  readonly folder: string;
  readonly #now: (() => number) | undefined;

  constructor(options: LocalRunStoreOptions = {}) {
    this.folder = options.folder ?? stateFolder();
    this.#now = options.now;
  }

  async create(
    repository: Place,
    record: RunRecord,
    options: { readonly durability?: Durability } = {},
  ): Promise<StoredRun> {
    requireRunName(record.run);
    const folder = join(claimSiteFolder(this.folder, repository), record.run);
    makeFolder(folder, record.run);
    let ownership: Ownership | undefined;
    try {
      ownership = own(folder);
      const journal = createJournal(journalIn(folder), this.#options(options));
      await journal.mark({ type: "run.begun", record });
      return storedRun({ record, folder, journal, damage: null }, ownership);
    } catch (error) {
      ownership?.release();
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      throw error;
    }
  }

  async open(
    repository: Place,
    run: string,
    options: { readonly durability?: Durability } = {},
  ): Promise<StoredRun> {
    const folder = this.#find(repository, run);
    claimSiteFolder(this.folder, repository);
    const ownership = own(folder);
    let journal: SqliteJournal | undefined;
    try {
      const path = journalIn(folder);
      const opened = openJournal(path, this.#options(options));
      journal = opened.journal;
      const record = recordOf(journal.marks(), path);
      return storedRun({ record, folder, ...opened }, ownership);
    } catch (error) {
      await journal?.close();
      ownership.release();
      throw error;
    }
  }

  /**
   * Opens a run to look at it, whoever works on it.
   * @param run its id, the beginning of it, or `last`
   * @throws {BatchError} RUN_UNKNOWN, RUN_AMBIGUOUS, JOURNAL_DAMAGED, STORE_FAILED
   */
  async read(repository: Place, run: string): Promise<RunReader> {
    return readRun(this.#find(repository, run));
  }

  /** Makes the folder where runs are kept. @throws {BatchError} STORE_FAILED */
  prepare(): void {
    try {
      makePrivateFolder(this.folder);
    } catch (error) {
      throw storeFailure(error, "make the folder of the runs", this.folder);
    }
  }

  /** The runs of a repository, newest first. @throws {BatchError} STORE_FAILED */
  async list(repository: Place): Promise<readonly RunSummary[]> {
    return listRuns(siteFolder(this.folder, repository));
  }

  async remove(repository: Place, run: string): Promise<void> {
    const folder = this.#find(repository, run);
    const ownership = own(folder);
    try {
      // Whoever looks meanwhile sees the whole run, or none.
      const gone = join(dirname(folder), `.removed-${process.pid}-${run}`);
      await rename(folder, gone);
      await rm(gone, { recursive: true, force: true });
    } catch (error) {
      throw storeFailure(error, "remove the run's folder", folder);
    } finally {
      ownership.release();
    }
  }

  #find(repository: Place, run: string): string {
    const site = siteFolder(this.folder, repository);
    return join(site, findRun(site, run));
  }

  #options({ durability }: { readonly durability?: Durability }): JournalOptions {
    return {
      ...(durability === undefined ? {} : { durability }),
      ...(this.#now === undefined ? {} : { now: this.#now }),
    };
  }
}

function makeFolder(folder: string, run: string): void {
  try {
    makePrivateFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw storeFailure(error, "make the run's folder", folder);
    }
    throw new BatchError("RUN_EXISTS", `There is a run ${run} of this repository already.`, {
      cause: error,
      paths: [folder],
    });
  }
}

function storedRun(
  run: Omit<StoredRun, "journal" | typeof Symbol.asyncDispose> & {
    readonly journal: SqliteJournal;
  },
  ownership: Ownership,
): StoredRun {
  return {
    ...run,
    async [Symbol.asyncDispose]() {
      try {
        await run.journal.close();
      } finally {
        ownership.release();
      }
    },
  };
}
