import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";
import type { Durability } from "../../contract/run-store.ts";
import { type Testimony, Witness } from "../integrity/witness.ts";
import { GroupSync } from "./group-sync.ts";

const datasync = promisify(fdatasync);

/** Sees to it that what was committed survives what the journal promises to survive. */
export class Commits {
  /** The write-ahead log, where every commit is, and how it is brought onto the disk; `null` for nobody. */
  readonly #log: { readonly file: number; readonly group: GroupSync } | null;
  readonly #witness: Witness;

  constructor(journal: string, durability: Durability) {
    this.#witness = new Witness(journal);
    this.#log = durability === "power" ? openLog(`${journal}-wal`) : null;
  }

  /** Resolves when it does, and when the witness knows of it. */
  async kept(testimony: Testimony): Promise<void> {
    await this.#log?.group.synced();
    this.#witness.write(testimony);
  }

  async close(): Promise<void> {
    if (this.#log !== null) {
      await this.#log.group.idle();
      closeSync(this.#log.file);
    }
    this.#witness.close();
  }
}

function openLog(path: string): { file: number; group: GroupSync } {
  const file = openSync(path, "r");
  return { file, group: new GroupSync(() => datasync(file)) };
}
