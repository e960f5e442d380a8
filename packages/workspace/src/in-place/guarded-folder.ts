import { randomUUID } from "node:crypto";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { resolveInside } from "../repository/paths.ts";
import { changedPaths } from "./compare.ts";
import { Contents } from "./contents.ts";
import {
  type Entries,
  type Entry,
  entryAt,
  identicalEntry,
  readEntry,
  sameEntry,
  syncEntry,
  writeEntry,
} from "./entry.ts";

/**
 * The user's folder, of which files are read into keeping, and written out of it. What it writes over is
 * always in keeping before.
 */
export class GuardedFolder {
  readonly root: string;
  readonly contents: Contents;
  readonly #state: string;

  /** @param state the run's own folder */
  constructor(root: string, state: string) {
    this.root = root;
    this.#state = state;
    this.contents = new Contents(join(state, "contents"));
  }

  /**
   * The places that a write to files of a task may change, relative to the root, each once: the files, and
   * where those lead that are links.
   * @throws {WorkspaceError} PATH_OUTSIDE, OPTION_INVALID
   */
  places(files: readonly string[]): readonly string[] {
    const places = files.flatMap((file) => {
      const folder = resolveInside(this.root, join(file, ".."));
      const place = folder === "." ? basename(file) : `${folder}/${basename(file)}`;
      return [place, resolveInside(this.root, file)];
    });
    return [...new Set(places)];
  }

  /** Reads what stands at some places, and keeps it. */
  async read(places: readonly string[]): Promise<Entries> {
    const entries: [string, Entry][] = [];
    for (const path of places) {
      entries.push([path, await readEntry(this.root, path, this.contents)]);
    }
    return Object.fromEntries(entries);
  }

  /**
   * The same, to begin with: whatever a tool may do to a file has to be taken back by writing it.
   * @throws {WorkspaceError} NOT_A_FILE
   */
  async readFiles(places: readonly string[]): Promise<Entries> {
    const entries = await this.read(places);
    const odd = places.filter((path) => entries[path]?.kind === "other");
    if (odd.length === 0) return entries;
    const named = odd.map((path) => JSON.stringify(path)).join(", ");
    throw new WorkspaceError(
      "NOT_A_FILE",
      `A task in place names its files one by one, and ${named} is none. Name the files in it.`,
      { files: odd },
    );
  }

  /** What changed since, as an edit has it: only those paths. */
  changed(before: Entries, after: Entries): { readonly before: Entries; readonly after: Entries } {
    const paths = changedPaths(before, after);
    return { before: only(before, paths), after: only(after, paths) };
  }

  /**
   * Brings every place from one entry to the other. One at which neither stands is somebody else's work,
   * and left alone.
   * @returns those places
   */
  async bring(from: Entries, to: Entries): Promise<readonly string[]> {
    const now = await this.read(Object.keys(to));
    const others = Object.keys(to).filter((path) => {
      const [is, was, wanted] = [entryAt(now, path), entryAt(from, path), entryAt(to, path)];
      return is && wanted && !sameEntry(is, wanted) && !(was && sameEntry(is, was));
    });
    if (others.length === 0) await this.#write(now, to);
    return others;
  }

  /**
   * Brings every place to an entry, whatever stands there.
   * @returns what stood there
   */
  async restore(to: Entries): Promise<Entries> {
    const now = await this.read(Object.keys(to));
    await this.#write(now, to);
    return now;
  }

  async #write(now: Entries, to: Entries): Promise<void> {
    for (const [path, entry] of Object.entries(to)) {
      const is = now[path];
      if (is !== undefined && identicalEntry(is, entry)) await syncEntry(this.root, path);
      else await this.#writeOne(path, entry);
    }
  }

  async #writeOne(path: string, entry: Entry): Promise<void> {
    try {
      await writeEntry(this.root, path, entry, this.contents, (folder) => this.#aside(folder));
    } catch (cause) {
      if (cause instanceof WorkspaceError) throw cause;
      const { code, message } = cause as NodeJS.ErrnoException;
      const full = code === "ENOSPC" || code === "EDQUOT";
      const backup =
        entry.kind === "file" ? ` Its backup: ${this.contents.path(entry.content)}` : "";
      throw new WorkspaceError(
        full ? "DISK_FULL" : "RESTORE_FAILED",
        `${JSON.stringify(path)} could not be brought back to what it was: ${message}.${backup}`,
        { cause, files: [path] },
      );
    }
  }

  /** A folder that a tool made where a file was is no file's content: it is moved out of the way whole. */
  async #aside(folder: string): Promise<void> {
    const to = join(this.#state, "aside", `${basename(folder)}-${randomUUID()}`);
    await mkdir(join(to, ".."), { recursive: true, mode: 0o700 });
    await rename(folder, to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EXDEV") throw error;
      await cp(folder, to, { recursive: true, verbatimSymlinks: true });
      await rm(folder, { recursive: true });
    });
  }
}

/** Some of the entries. */
export function only(entries: Entries, paths: readonly string[]): Entries {
  const kept = paths.flatMap((path) => {
    const entry = entryAt(entries, path);
    return entry === undefined ? [] : [[path, entry] as const];
  });
  return Object.fromEntries(kept);
}
