import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

/** More folders than these are not watched: each takes some memory of the kernel, of which a user has little. */
const MOST_FOLDERS = 4_096;
/** The kernel drops what comes beyond 16,384 events that nobody has taken, without a word to us. */
const MOST_EVENTS = 8_192;

/** What happened in a folder since it was asked last. */
export interface FolderNews {
  /** Files and folders something happened to, relative to the root. */
  readonly paths: ReadonlySet<string>;
  /** More may have happened than is known. */
  readonly unsure: boolean;
}

/**
 * Hears from the kernel which files of a folder something happens to. What any program on this machine wrote
 * before {@link take} was called is in its answer; what was written through a mapping into memory, or by another
 * machine, is not.
 */
export class FolderEvents implements Disposable {
  readonly #watchers: FSWatcher[] = [];
  #paths = new Set<string>();
  #unsure = false;
  #count = 0;

  private constructor() {}

  /** @returns `null` where the system does not tell, or not of so many folders */
  static start(root: string, folders: readonly string[]): FolderEvents | null {
    // Elsewhere the news comes when it comes.
    if (process.platform !== "linux" || folders.length > MOST_FOLDERS) return null;
    const events = new FolderEvents();
    try {
      for (const folder of folders) events.#watch(root, folder);
      return events;
    } catch {
      // A folder is gone, or all that a user may watch is taken.
      events[Symbol.dispose]();
      return null;
    }
  }

  /** What happened since the last call. */
  async take(): Promise<FolderNews> {
    // What the kernel has queued is read before the second turn of the event loop.
    await turn();
    await turn();
    const news = { paths: this.#paths, unsure: this.#unsure || this.#count > MOST_EVENTS };
    this.#paths = new Set();
    this.#unsure = false;
    this.#count = 0;
    return news;
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }

  #watch(root: string, folder: string): void {
    const watcher = watch(join(root, folder), { persistent: false }, (_kind, name) => {
      this.#count += 1;
      if (name === null) this.#unsure = true;
      else this.#paths.add(folder === "" ? name : `${folder}/${name}`);
    });
    watcher.on("error", () => {
      this.#unsure = true;
    });
    this.#watchers.push(watcher);
  }
}
