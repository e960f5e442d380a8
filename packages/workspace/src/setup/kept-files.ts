import { lstatSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { type Git, nulSeparated, text } from "../git/git.ts";

/** What stood in a folder, and when an entry came or went there last. */
interface KnownFolder {
  readonly names: string;
  readonly changedMs: number;
}

/** Git takes them as arguments, and a command line is not endless. */
const LONGEST_LIST_BYTES = 1_000_000;
/** Folders looked at between two turns of the event loop. */
const SLICE = 256;

/**
 * What a setup left in a worktree that git ignores: it stays there from task to task, and nothing that
 * is added to it does.
 */
export class KeptFiles {
  readonly #worktree: string;
  /** As git names them: a folder that is ignored as a whole ends with `/`. */
  readonly #roots: readonly string[];
  readonly #folders: Map<string, KnownFolder>;

  private constructor(
    worktree: string,
    roots: readonly string[],
    folders: Map<string, KnownFolder>,
  ) {
    this.#worktree = worktree;
    this.#roots = roots;
    this.#folders = folders;
  }

  /**
   * Reads what is ignored in a worktree whose tracked files are as they are committed.
   * @throws {WorkspaceError} SETUP_FAILED when it is in too many places
   */
  static async read(git: Git, worktree: string, signal?: AbortSignal): Promise<KeptFiles> {
    const args = ["status", "--porcelain", "-z", "--ignored=matching", "--untracked-files=all"];
    const { stdout } = await git.run([...args, "--ignore-submodules=all"], { signal });
    const entries = nulSeparated(stdout).filter((entry) => entry.startsWith("!! "));
    const roots = entries.map((entry) => text(entry.slice(3)));
    if (Buffer.byteLength(roots.join()) > LONGEST_LIST_BYTES) {
      throw new WorkspaceError(
        "SETUP_FAILED",
        `The setup command left ignored files in ${roots.length} places, which are too many to be kept. ` +
          "Have it put them into one folder that .gitignore names.",
      );
    }
    const folders = new Map<string, KnownFolder>();
    for (const root of roots) {
      if (root.endsWith("/")) await note(join(worktree, root), folders);
    }
    return new KeptFiles(worktree, roots, folders);
  }

  /** For `git clean`, in the language of .gitignore. */
  get excludes(): readonly string[] {
    return this.#roots.flatMap((root) => ["-e", `/${root.replace(/[\\*?[\]#! ]/g, "\\$&")}`]);
  }

  /** Whether each of them is still there. What a task did deeper down is not looked for. */
  async areThere(): Promise<boolean> {
    const found = this.#roots.map((root) => lstat(join(this.#worktree, root)).catch(() => null));
    return !(await Promise.all(found)).includes(null);
  }

  /** Removes what came since. A folder whose time is the same has got nothing. */
  async removeAdditions(): Promise<void> {
    let looked = 0;
    for (const [folder, known] of this.#folders) {
      if (++looked % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
      const entry = lstatSync(folder, { throwIfNoEntry: false });
      if (entry === undefined || entry.mtimeMs === known.changedMs) continue;
      if (!entry.isDirectory()) {
        await rm(folder, { force: true });
        continue;
      }
      const names = new Set(known.names.split("/"));
      const added = (await readdir(folder)).filter((name) => !names.has(name));
      await Promise.all(added.map((name) => removeWhatever(join(folder, name))));
      const { mtimeMs } = lstatSync(folder);
      this.#folders.set(folder, { ...known, changedMs: mtimeMs });
    }
  }
}

async function note(folder: string, folders: Map<string, KnownFolder>): Promise<void> {
  const { mtimeMs } = await lstat(folder);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map(({ name }) => name).join("/");
  folders.set(folder, { names, changedMs: mtimeMs });
  for (const entry of entries) {
    if (entry.isDirectory()) await note(join(folder, entry.name), folders);
  }
}

function removeWhatever(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
