import { lstatSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { FileChange } from "../workspace/change.ts";
import type { FolderFiles } from "./folder-files.ts";

/** How many files are looked at between two turns of the event loop. */
const SLICE = 64;
/** By how much the clock of a file system may be behind ours, in milliseconds. */
const SLACK_MS = 100;

/** What a {@link StrayWatch} looks at. */
export interface StrayWatchOptions {
  readonly root: string;
  list(): Promise<FolderFiles>;
  /**
   * Whether a change of a file at that moment or later is explained: a task of this run works on it, or one
   * of another run, or has.
   */
  isExplained(path: string, at: number): boolean;
}

interface Stamp {
  readonly size: number;
  readonly changedAt: number;
}

interface InFlight {
  readonly since: number;
  readonly strays: Map<string, FileChange>;
}

/**
 * Notices files that change though no task at work names them. Whoever did that (a tool, the user, an
 * editor) cannot be told, so all tasks that were in flight then hear of it. It compares times and sizes,
 * so it costs a look at each file.
 */
export class StrayWatch {
  readonly #options: StrayWatchOptions;
  readonly #inFlight = new Map<string, InFlight>();
  #stamps: Map<string, Stamp> | null = null;
  /** Those of a look that is on its way. */
  #seen: Map<string, Stamp> | null = null;
  #lookedAt = 0;
  #cut = false;
  #looking: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(options: StrayWatchOptions) {
    this.#options = options;
  }

  /** There were more files than are looked at. */
  get cut(): boolean {
    return this.#cut;
  }

  /** An attempt begins: what changes from now on is told to it. */
  async begin(name: string): Promise<void> {
    // While nobody was at work, anything may have changed.
    if (this.#inFlight.size === 0) await this.#look();
    this.#inFlight.set(name, { since: Date.now(), strays: new Map() });
  }

  /** What has changed elsewhere since an attempt began. */
  async strays(name: string): Promise<readonly FileChange[]> {
    await this.#look();
    return [...(this.#inFlight.get(name)?.strays.values() ?? [])];
  }

  /** An attempt is over; what stands at its files is known. */
  end(name: string, paths: readonly string[]): void {
    this.#inFlight.delete(name);
    for (const path of paths) this.#note(path, this.#stampOf(path));
  }

  /** A look that begins from now on: whoever asks while one is on its way shares the next. */
  #look(): Promise<void> {
    if (this.#looking === null) {
      this.#looking = this.#lookNow().finally(() => {
        this.#looking = null;
      });
      return this.#looking;
    }
    this.#next ??= this.#looking.then(
      () => this.#following(),
      () => this.#following(),
    );
    return this.#next;
  }

  #following(): Promise<void> {
    this.#next = null;
    return this.#look();
  }

  async #lookNow(): Promise<void> {
    const begun = Date.now();
    const since = this.#lookedAt - SLACK_MS;
    const { files, cut } = await this.#options.list();
    this.#cut ||= cut;
    const known = this.#stamps;
    const seen = new Map<string, Stamp>();
    this.#seen = seen;
    for (const [at, path] of files.entries()) {
      if (at % SLICE === SLICE - 1) await turn();
      const stamp = this.#stampOf(path);
      if (stamp === null) continue;
      seen.set(path, stamp);
      const before = known?.get(path);
      const same = before?.changedAt === stamp.changedAt && before.size === stamp.size;
      if (known !== null && !same) this.#stray(path, before ? "modified" : "added", stamp, since);
    }
    for (const path of known?.keys() ?? []) {
      if (!seen.has(path) && this.#stampOf(path) === null)
        this.#stray(path, "deleted", null, since);
    }
    this.#stamps = seen;
    this.#seen = null;
    this.#lookedAt = begun;
  }

  #stray(path: string, status: FileChange["status"], stamp: Stamp | null, since: number): void {
    // A file that is gone tells no time.
    const at = stamp === null ? since : stamp.changedAt - SLACK_MS;
    if (this.#options.isExplained(path, at)) return;
    for (const { since: begun, strays } of this.#inFlight.values()) {
      if (stamp !== null && stamp.changedAt < begun - SLACK_MS) continue;
      const known = strays.get(path)?.status;
      const told = known === "added" && status === "modified" ? known : status;
      strays.set(path, { path, status: told, addedLines: null, removedLines: null });
    }
  }

  #note(path: string, stamp: Stamp | null): void {
    for (const stamps of [this.#stamps, this.#seen]) {
      if (stamp === null) stamps?.delete(path);
      else stamps?.set(path, stamp);
    }
  }

  #stampOf(path: string): Stamp | null {
    try {
      const found = lstatSync(join(this.#options.root, path), { throwIfNoEntry: false });
      if (found === undefined || found.isDirectory()) return null;
      return { size: found.size, changedAt: found.ctimeMs };
    } catch {
      // A folder above it became a file, or is closed to us.
      return null;
    }
  }
}
