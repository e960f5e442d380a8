import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "../contract/site.ts";
import { storeFailure } from "../journal/sqlite/failures.ts";
import { makePrivateFolder } from "./make-folder.ts";
import { siteFolderName } from "./places.ts";
import { giveIdentity, identityAt, isSame, type SiteIdentity } from "./site-identity.ts";

/** Whose runs a folder of the store has: a file in it says so. */
interface SiteNote extends SiteIdentity {
  /** Where the repository was when it was seen last. */
  readonly path: string;
}

const NOTE = "site.json";

/**
 * The folder of a repository's runs, which may not exist yet. It is named after the repository's path. One that
 * was moved keeps the folder that it had; a copy of it begins with none.
 */
export function siteFolder(state: string, { commonDir }: Pick<Site, "commonDir">): string {
  const runs = join(state, "runs");
  const name = siteFolderName(commonDir);
  let free = "";
  for (let ordinal = 1; free === ""; ordinal++) {
    const folder = join(runs, ordinal === 1 ? name : `${name}-${ordinal}`);
    if (!existsSync(folder)) free = folder;
    // Without a note it is of a version that wrote none, and was found by its name only.
    else if ((readNote(folder)?.path ?? commonDir) === commonDir) return folder;
  }
  return movedFolder(runs, commonDir) ?? free;
}

/** Notes who has its runs there, before the first of them. @throws {BatchError} STORE_FAILED */
export function claimSiteFolder(state: string, { commonDir }: Pick<Site, "commonDir">): string {
  const folder = siteFolder(state, { commonDir });
  try {
    makePrivateFolder(folder);
    const copied = identityAt(commonDir);
    const isCopy = notesIn(join(state, "runs")).some(
      ({ note }) => note.id !== null && note.id === copied.id && isElsewhere(note, commonDir),
    );
    const note: SiteNote = { path: commonDir, ...giveIdentity(commonDir, isCopy) };
    if (JSON.stringify(note) !== JSON.stringify(readNote(folder))) writeNote(folder, note);
    return folder;
  } catch (error) {
    throw storeFailure(error, "make the folder of the repository's runs", folder);
  }
}

/** Where the runs of this repository are under the name that it had before it was moved here. */
function movedFolder(runs: string, commonDir: string): string | null {
  const here = identityAt(commonDir);
  const found = notesIn(runs).find(
    ({ note }) => isSame(note, here) && !isElsewhere(note, commonDir),
  );
  return found?.folder ?? null;
}

/** Whether what the note is about is still at another place. */
function isElsewhere(note: SiteNote, commonDir: string): boolean {
  return note.path !== commonDir && isSame(note, identityAt(note.path));
}

/** All folders of the store that say whose they are. */
function notesIn(runs: string): { readonly folder: string; readonly note: SiteNote }[] {
  return siteFolders(runs).flatMap((folder) => {
    const note = readNote(folder);
    return note === null ? [] : [{ folder, note }];
  });
}

/** The folders of all repositories. */
export function siteFolders(runs: string): string[] {
  try {
    return readdirSync(runs).map((name) => join(runs, name));
  } catch {
    return [];
  }
}

function readNote(folder: string): SiteNote | null {
  try {
    const { path, id, inode } = JSON.parse(readFileSync(join(folder, NOTE), "utf8"));
    const isText = (value: unknown): boolean => value === null || typeof value === "string";
    return typeof path === "string" && isText(id) && isText(inode) ? { path, id, inode } : null;
  } catch {
    return null;
  }
}

function writeNote(folder: string, note: SiteNote): void {
  const draft = join(folder, `.${NOTE}.${process.pid}`);
  writeFileSync(draft, JSON.stringify(note), { mode: 0o600 });
  renameSync(draft, join(folder, NOTE));
}
