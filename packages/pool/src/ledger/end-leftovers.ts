import { resolve } from "node:path";
import { ledgerFolder } from "./state-folder.ts";
import { sweepLedgers } from "./sweep.ts";

/** Which ledgers to look through. */
export interface EndLeftoversOptions {
  /** @default where pools keep theirs unless told otherwise */
  readonly ledger?: string;
}

/**
 * Ends what programs of this user have left behind that were killed: every process that their ledgers
 * name. A pool does so before its first start; call it yourself when something must be still before that,
 * such as a folder in which such a process may yet write.
 *
 * @returns How many processes were ended. 0 where there is no ledger.
 * @throws {Error} when the folder of the ledgers cannot be read
 */
export async function endLeftovers(options: EndLeftoversOptions = {}): Promise<number> {
  const folder = options.ledger === undefined ? ledgerFolder() : resolve(options.ledger);
  return sweepLedgers(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return 0;
    throw error;
  });
}
