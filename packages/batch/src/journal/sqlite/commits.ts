import type { Durability } from "../../contract/run-store.ts";
import { GroupSync } from "./group-sync.ts";
import type { Tip } from "./row.ts";
import { Witness } from "./witness.ts";

/** Sees to it that what was committed survives what the journal promises to survive. */
export class Commits {
  readonly #sync: GroupSync | null;
  readonly #witness: Witness;

  constructor(journal: string, durability: Durability) {
    this.#sync = durability === "power" ? new GroupSync(`${journal}-wal`) : null;
    this.#witness = new Witness(journal);
  }

  /** Resolves when it does, and when the witness knows of it. */
  async kept(tip: Tip): Promise<void> {
    await this.#sync?.synced();
    this.#witness.write(tip);
  }

  async close(): Promise<void> {
    await this.#sync?.close();
    this.#witness.close();
  }
}
