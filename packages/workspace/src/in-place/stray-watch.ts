import type { FileChange } from "../workspace/change.ts";
import type { WatchedFiles } from "./folder-files.ts";
import { FolderLook, type SeenChange } from "./folder-look.ts";

/** By how much the clock of a file system may be behind ours, in milliseconds. */
const SLACK_MS = 100;

/** What a {@link StrayWatch} looks at. */
export interface StrayWatchOptions {
  readonly root: string;
  list(): Promise<WatchedFiles>;
  /**
   * Whether a change of a file at that moment or later is explained: a task of this run works on it, or one
   * of another run, or has.
   */
  isExplained(path: string, at: number): boolean;
}

interface InFlight {
  readonly since: number;
  readonly strays: Map<string, FileChange>;
}

/**
 * Notices files that change though no task at work names them. Whoever did that (a tool, the user, an
 * editor) cannot be told, so all tasks that were in flight then hear of it.
 */
export class StrayWatch implements Disposable {
  readonly #options: StrayWatchOptions;
  readonly #folder: FolderLook;
  readonly #inFlight = new Map<string, InFlight>();
  #lookedAt = 0;
  #looking: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(options: StrayWatchOptions) {
    this.#options = options;
    const { root, list } = options;
    const isExplained = (path: string): boolean => options.isExplained(path, this.#lookedAt);
    this.#folder = new FolderLook({ root, list, isExplained });
  }

  /** There were more files than are looked at. */
  get cut(): boolean {
    return this.#folder.cut;
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
    for (const path of paths) this.#folder.note(path);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
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
    await this.#folder.look((change) => this.#stray(change, since));
    this.#lookedAt = begun;
  }

  #stray({ path, status, stamp }: SeenChange, since: number): void {
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
}
