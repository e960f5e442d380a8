import { lstatSync, type Stats } from "node:fs";
import { basename, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { FileChange } from "../workspace/change.ts";
import { FolderEvents, type FolderNews } from "./folder-events.ts";
import { PASSED_OVER, type WatchedFiles } from "./folder-files.ts";

/** How many files are looked at between two turns of the event loop. */
const SLICE = 64;
/** Looks at every file take at most one part in so many of the time, where the kernel tells of changes. */
const FULL_LOOKS = 20;

const NO_NEWS: FolderNews = { paths: new Set(), unsure: true };

/** What a {@link FolderLook} looks at. */
export interface FolderLookOptions {
  readonly root: string;
  list(): Promise<WatchedFiles>;
  /** Whoever changes this file now is known. */
  isExplained(path: string): boolean;
  /** In milliseconds. @default performance.now */
  readonly now?: () => number;
}

/** What a file was like. */
export interface Stamp {
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** A file that is not as it was at the last look. */
export interface SeenChange {
  readonly path: string;
  readonly status: FileChange["status"];
  /** `null` for one that is gone. */
  readonly stamp: Stamp | null;
}

/**
 * Looks which files of a folder changed since the last look, by their times and sizes. That costs a call for each
 * file, so where the kernel tells what something happened to, only that is looked at, and everything now and then.
 */
export class FolderLook implements Disposable {
  readonly #options: FolderLookOptions;
  readonly #now: () => number;
  #stamps: Map<string, Stamp> | null = null;
  /** Those of a look that is on its way. */
  #seen: Map<string, Stamp> | null = null;
  #cut = false;
  #events: FolderEvents | null = null;
  /** Those whose events are heard of. */
  #folders: ReadonlySet<string> = new Set();
  /** Files that are none of the folder's, such as those that git ignores. */
  readonly #unlisted = new Set<string>();
  #nextFull = 0;
  #isDisposed = false;

  constructor(options: FolderLookOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** There were more files than are looked at. */
  get cut(): boolean {
    return this.#cut;
  }

  /**
   * Looks what changed since the last look: nothing, at the first. One look at a time.
   * @param onChange is told at the moment when it is seen: later on a task may have come to that file, or left it
   */
  async look(onChange: (change: SeenChange) => void): Promise<void> {
    const news = await this.#events?.take();
    const isDue = this.#now() >= this.#nextFull;
    if (news === undefined || news.unsure || isDue || !this.#lookAt(news.paths, onChange)) {
      await this.#lookAtAll(news ?? NO_NEWS, onChange);
    }
  }

  /** What stands at a file is known. */
  note(path: string): void {
    const stamp = this.#stampOf(path);
    for (const stamps of [this.#stamps, this.#seen]) {
      if (stamp === null) stamps?.delete(path);
      else stamps?.set(path, stamp);
    }
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#events?.[Symbol.dispose]();
    this.#events = null;
  }

  /** `false`: it takes a list of all files to say what became of these. Nothing is told then. */
  #lookAt(paths: Iterable<string>, onChange: (change: SeenChange) => void): boolean {
    const known = this.#stamps ?? new Map<string, Stamp>();
    const changes: SeenChange[] = [];
    for (const path of paths) {
      const before = known.get(path);
      const found = this.#found(path);
      const stamp = stampOf(found);
      const isFolder = found?.isDirectory() === true || this.#folders.has(path);
      if (isFolder && !PASSED_OVER.has(basename(path))) return false;
      if (before === undefined) {
        // It came and went, or is nobody's.
        if (stamp === null || this.#unlisted.has(path)) continue;
        if (!this.#options.isExplained(path)) return false;
      }
      changes.push(...changeOf(path, before, stamp));
    }
    for (const change of changes) {
      const { path, stamp } = change;
      if (stamp === null) known.delete(path);
      else known.set(path, stamp);
      onChange(change);
    }
    return true;
  }

  async #lookAtAll(news: FolderNews, onChange: (change: SeenChange) => void): Promise<void> {
    const began = this.#now();
    // Nobody hears of these again: should this look fail, the next one is at everything too.
    this.#nextFull = began;
    const told = new Map([...news.paths].map((path) => [path, this.#stampOf(path)]));
    const { files, isWhole } = await this.#listAndListen(news);
    const known = this.#stamps;
    const seen = new Map<string, Stamp>();
    this.#seen = seen;
    for (const [at, path] of files.entries()) {
      if (at % SLICE === SLICE - 1) await turn();
      const stamp = this.#stampOf(path);
      if (stamp === null) continue;
      seen.set(path, stamp);
      if (known !== null)
        for (const change of changeOf(path, known.get(path), stamp)) onChange(change);
    }
    for (const path of known?.keys() ?? []) {
      if (!seen.has(path) && this.#stampOf(path) === null)
        onChange({ path, status: "deleted", stamp: null });
    }
    this.#stamps = seen;
    this.#seen = null;
    for (const path of this.#unlisted) if (seen.has(path)) this.#unlisted.delete(path);
    for (const [path, before] of told) {
      // One that was being replaced may have been away just when the list was made.
      const isStill = before !== null && changeOf(path, before, this.#stampOf(path)).length === 0;
      if (isStill && !seen.has(path)) this.#unlisted.add(path);
    }
    const now = this.#now();
    this.#nextFull = isWhole ? now + (now - began) * (FULL_LOOKS - 1) : now;
  }

  /** Lists all files, and hears from then on of what happens in their folders: in all of them, if it `isWhole`. */
  async #listAndListen(
    news: FolderNews,
  ): Promise<{ readonly files: readonly string[]; readonly isWhole: boolean }> {
    const { files, folders, cut } = await this.#options.list();
    this.#cut ||= cut;
    if (this.#cut || this.#isDisposed) {
      this.#events?.[Symbol.dispose]();
      this.#events = null;
      return { files, isWhole: true };
    }
    // One that something happened to may be another one of that name, of which nobody has heard yet.
    const areSame = !news.unsure && ![...news.paths].some((path) => this.#folders.has(path));
    if (this.#events !== null && areSame && sameItems(this.#folders, folders)) {
      return { files, isWhole: true };
    }
    const before = this.#events;
    this.#folders = new Set(folders);
    this.#unlisted.clear();
    this.#events = FolderEvents.start(this.#options.root, folders);
    before?.[Symbol.dispose]();
    if (this.#events === null) return { files, isWhole: true };
    // Files and folders may have come before anybody listened.
    const again = await this.#options.list();
    return { files: again.files, isWhole: sameItems(this.#folders, again.folders) };
  }

  #stampOf(path: string): Stamp | null {
    return stampOf(this.#found(path));
  }

  #found(path: string): Stats | undefined {
    try {
      return lstatSync(join(this.#options.root, path), { throwIfNoEntry: false });
    } catch {
      // A folder above it became a file, or is closed to us.
      return undefined;
    }
  }
}

function stampOf(found: Stats | undefined): Stamp | null {
  if (found === undefined || found.isDirectory()) return null;
  return { size: found.size, changedAt: found.ctimeMs };
}

function changeOf(path: string, before: Stamp | undefined, stamp: Stamp | null): SeenChange[] {
  if (stamp === null) return before === undefined ? [] : [{ path, status: "deleted", stamp }];
  if (before?.changedAt === stamp.changedAt && before.size === stamp.size) return [];
  return [{ path, status: before === undefined ? "added" : "modified", stamp }];
}

function sameItems(known: ReadonlySet<string>, items: readonly string[]): boolean {
  return known.size === items.length && items.every((item) => known.has(item));
}
