import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a repository or folder is known by, wherever it is moved. */
export interface SiteIdentity {
  /** Of a repository in which a run was begun: it goes with it onto other disks, and into copies. */
  readonly id: string | null;
  /** Device, inode and birth of its folder: no copy has them. `null` where there is nothing. */
  readonly inode: string | null;
}

/** Who is there now. */
export function identityAt(commonDir: string): SiteIdentity {
  const found = statSync(commonDir, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return { id: null, inode: null };
  return {
    id: readId(commonDir),
    inode: `${found.dev}:${found.ino}:${found.birthtimeNs}`,
  };
}

/** Whether both are the same repository, as far as can be told. */
export function isSame(one: SiteIdentity, other: SiteIdentity): boolean {
  if (one.id !== null && other.id !== null) return one.id === other.id;
  return one.inode !== null && one.inode === other.inode;
}

/**
 * Gives a repository its id: a file in git's own folder, of which git takes no notice. Where that is not git's,
 * or cannot be written, its inode has to do.
 * @param renew Another one, since what it has is the one of a repository that it was copied from.
 */
export function giveIdentity(commonDir: string, renew: boolean): SiteIdentity {
  const before = identityAt(commonDir);
  if ((before.id !== null && !renew) || !existsSync(join(commonDir, "HEAD"))) return before;
  const id = randomUUID();
  try {
    mkdirSync(join(commonDir, "cluster"), { recursive: true });
    writeFileSync(idFile(commonDir), `${id}\n`);
    return { ...before, id };
  } catch {
    return before;
  }
}

function readId(commonDir: string): string | null {
  try {
    return readFileSync(idFile(commonDir), "utf8").trim() || null;
  } catch {
    return null;
  }
}

function idFile(commonDir: string): string {
  return join(commonDir, "cluster", "id");
}
