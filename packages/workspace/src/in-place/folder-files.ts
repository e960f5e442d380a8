import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "../git/git.ts";
import { trackedFiles, untrackedFiles } from "../repository/status.ts";

/** What no task is about, and what changes all the time, where no .gitignore says so. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  ".git",
  ".hg",
  ".jj",
  ".svn",
  ".cache",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".tox",
  ".venv",
  "__pycache__",
  "node_modules",
  "venv",
]);

/** Where files are looked for. */
export interface FolderFilesOptions {
  readonly root: string;
  /** Git at the root, where that is a work tree. */
  readonly git: Git | null;
  /** Absolute folders to pass over: those with our own files. */
  readonly except: readonly string[];
  /** How many files to look at. @default all */
  readonly most?: number;
}

/** The files of a folder, relative to it, with `/`, and whether there are more of them. */
export interface FolderFiles {
  readonly files: readonly string[];
  readonly cut: boolean;
}

/**
 * Lists the files of a folder: in a git work tree those that are tracked or not ignored, elsewhere all
 * but those in folders of caches, dependencies and version control. Links are listed and not followed.
 */
export async function listFolder(options: FolderFilesOptions): Promise<FolderFiles> {
  const { root, git, except, most = Number.POSITIVE_INFINITY } = options;
  if (git === null) return walk(root, except, most);
  const [tracked, untracked] = await Promise.all([trackedFiles(git), untrackedFiles(git)]);
  const ours = except.map((folder) => `${folder}/`);
  const files = [...new Set([...tracked, ...untracked])].filter((path) => {
    const absolute = join(root, path);
    return !ours.some((folder) => absolute.startsWith(folder));
  });
  return { files: files.slice(0, most), cut: files.length > most };
}

async function walk(root: string, except: readonly string[], most: number): Promise<FolderFiles> {
  const files: string[] = [];
  const folders = [""];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    // One that is gone by now, or closed to us, has nothing to say.
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) {
        if (files.length === most) return { files, cut: true };
        files.push(path);
      } else if (!PASSED_OVER.has(entry.name) && !except.includes(join(root, path))) {
        folders.push(path);
      }
    }
  }
  return { files, cut: false };
}
