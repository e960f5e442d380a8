import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "../git/git.ts";
import { ignoredFolders, trackedFiles, untrackedFiles } from "../repository/status.ts";

/** What no task is about, and what changes all the time, where no .gitignore says so. */
export const PASSED_OVER: ReadonlySet<string> = new Set([
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

/** The same with the folders in which there are files of it, or may be. */
export interface WatchedFiles extends FolderFiles {
  readonly folders: readonly string[];
}

/**
 * Lists the files of a folder: in a git work tree those that are tracked or not ignored, elsewhere all
 * but those in folders of caches, dependencies and version control. Links are listed and not followed.
 */
export async function listFolder(options: FolderFilesOptions): Promise<FolderFiles> {
  return options.git === null ? walk(options) : filesInGit(options.git, options);
}

/** Lists the files and folders of a folder in the same way, `""` for itself. Folders that git ignores are none. */
export async function listWatched(options: FolderFilesOptions): Promise<WatchedFiles> {
  const { root, git, except } = options;
  if (git === null) return walk(options);
  const ignored = (await ignoredFolders(git)).map((path) => join(root, path));
  const { folders } = await walk({ root, except: [...except, ...ignored] });
  const found = await filesInGit(git, options);
  return { ...found, folders: [...(await foldersOf(root, found.files, folders))] };
}

/** Git may know of files in a folder that is passed over, and in one that is gone. */
async function foldersOf(
  root: string,
  files: readonly string[],
  known: readonly string[],
): Promise<ReadonlySet<string>> {
  const folders = new Set(known);
  const looked = new Set(known);
  for (const file of files) {
    for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1)) {
      const folder = file.slice(0, at);
      if (looked.has(folder)) break;
      looked.add(folder);
      const found = await lstat(join(root, folder)).catch(() => null);
      if (found?.isDirectory() === true) folders.add(folder);
    }
  }
  return folders;
}

async function filesInGit(
  git: Git,
  { root, except, most = Number.POSITIVE_INFINITY }: FolderFilesOptions,
): Promise<FolderFiles> {
  const [tracked, untracked] = await Promise.all([trackedFiles(git), untrackedFiles(git)]);
  const ours = except.map((folder) => `${folder}/`);
  const files = [...new Set([...tracked, ...untracked])].filter((path) => {
    const absolute = join(root, path);
    return !ours.some((folder) => absolute.startsWith(folder));
  });
  return { files: files.slice(0, most), cut: files.length > most };
}

async function walk({
  root,
  except,
  most = Number.POSITIVE_INFINITY,
}: Omit<FolderFilesOptions, "git">): Promise<WatchedFiles> {
  const files: string[] = [];
  const folders = [""];
  for (const folder of folders) {
    // One that is gone by now, or closed to us, has nothing to say.
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) {
        if (files.length === most) return { files, folders, cut: true };
        files.push(path);
      } else if (!PASSED_OVER.has(entry.name) && !except.includes(join(root, path))) {
        folders.push(path);
      }
    }
  }
  return { files, folders, cut: false };
}
