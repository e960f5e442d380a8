import { lstat, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { endDescendants, hurryDescendants } from "../process/descendants.ts";
import { identify, processRealm } from "../process/process-identity.ts";
import { entriesIn, type LedgerEntry, ownerIn } from "./ledger-lines.ts";

export const LEDGER_SUFFIX = ".ledger";
/** A ledger is a few lines for each living process. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Of another machine, or of before a restart of this one: nobody will miss it after this long. */
const FOREIGN_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Ends what programs have left behind that were killed, and removes their ledgers. Several may sweep at
 * once: a process that is gone is not looked for again, and neither is its ledger.
 *
 * @returns How many processes were ended.
 */
export async function sweepLedgers(folder: string): Promise<number> {
  const names = await readdir(folder);
  const counts = await Promise.all(
    names
      .filter((name) => name.endsWith(LEDGER_SUFFIX))
      .map((name) => sweepLedger(join(folder, name)).catch(ignoreMissing)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function sweepLedger(path: string): Promise<number> {
  const stats = await lstat(path);
  // What somebody else has put there is nothing to act upon.
  if (!stats.isFile() || stats.uid !== process.getuid?.() || stats.size > MAX_BYTES) return 0;
  const text = await readFile(path, "latin1");
  const owner = ownerIn(text);
  if (owner === null || owner.realm !== processRealm()) {
    if (Date.now() - stats.mtimeMs > FOREIGN_MS) await unlink(path);
    return 0;
  }
  if ((await identify(owner.pid))?.started === owner.started) return 0;
  const ended = await Promise.all(entriesIn(text).map(endEntry));
  await unlink(path);
  return ended.reduce((sum, count) => sum + count, 0);
}

async function endEntry({ marker, pid, started }: LedgerEntry): Promise<number> {
  const known = pid === null ? 0 : await endKnown(pid, started);
  const ending = endDescendants(marker);
  hurryDescendants();
  return Math.max(known, await ending);
}

/** Its marker may not show: a forked process has the environment that its server was started with. */
async function endKnown(pid: number, started: string): Promise<number> {
  const identity = await identify(pid);
  if (identity === null || identity.started !== started) return 0;
  const leads = identity.group === pid;
  try {
    process.kill(leads ? -pid : pid, "SIGKILL");
    return 1;
  } catch {
    return 0;
  }
}

/** Another program was quicker. */
function ignoreMissing(error: NodeJS.ErrnoException): number {
  if (error.code === "ENOENT") return 0;
  throw error;
}
