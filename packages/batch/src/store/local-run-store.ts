import type { RunRecord } from "../contract/run-record.ts";
import type { RunStore, StoredRun } from "../contract/run-store.ts";
import type { Site } from "../contract/site.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";

/** Keeps runs in the user's state folder. */
export class LocalRunStore implements RunStore {
  async create(_repository: Site, record: RunRecord): Promise<StoredRun> {
    const journal = new MemoryJournal();
    await journal.mark({ type: "run.begun", record });
    return { record, folder: "", journal, damage: null, async [Symbol.asyncDispose]() {} };
  }

  async open(): Promise<StoredRun> {
    throw new Error("not yet");
  }

  async remove(): Promise<void> {}
}
