import {
  chmod,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  rm,
  rmdir,
  symlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { resolveInside } from "../repository/paths.ts";
import type { Contents } from "./contents.ts";

/** What stands at a path. */
export type Entry =
  /** Nothing; of the folders above it, this is the first that is not there either. */
  | { readonly kind: "absent"; readonly missing: string | null }
  | { readonly kind: "file"; readonly content: string; readonly mode: number }
  | { readonly kind: "link"; readonly target: string }
  /** A folder, a socket: what no task may have made of its file, and nobody keeps as one. */
  | { readonly kind: "other" };

/** What stands at some paths, relative to the root. */
export type Entries = Readonly<Record<string, Entry>>;

/** What is known of a path. A file may have the name of something that every object has. */
export function entryAt(entries: Entries, path: string): Entry | undefined {
  return Object.hasOwn(entries, path) ? entries[path] : undefined;
}

/** Whether both are the same to git: of a file's mode, only whether its owner may execute it counts. */
export function sameEntry(a: Entry, b: Entry): boolean {
  if (a.kind === "file" && b.kind === "file") {
    return a.content === b.content && (a.mode & 0o100) === (b.mode & 0o100);
  }
  if (a.kind === "link" && b.kind === "link") return a.target === b.target;
  return a.kind === b.kind && a.kind !== "other";
}

/** Whether nothing at all is to be written to make one the other. */
export function identicalEntry(a: Entry, b: Entry): boolean {
  return sameEntry(a, b) && (a.kind !== "file" || b.kind !== "file" || a.mode === b.mode);
}

/** Reads what stands at a path, and takes its content into keeping. */
export async function readEntry(root: string, path: string, contents: Contents): Promise<Entry> {
  requireNoLinkAbove(root, path);
  const absolute = join(root, path);
  const found = await lstat(absolute).catch(absent);
  if (found === null) return { kind: "absent", missing: await firstMissing(root, path) };
  if (found.isSymbolicLink()) return { kind: "link", target: await readlink(absolute) };
  if (!found.isFile()) return { kind: "other" };
  const content = await contents.keep(await readFile(absolute));
  return { kind: "file", content, mode: found.mode & 0o7777 };
}

/**
 * Brings a path to what an entry says, and to the disk. A file keeps its inode, so that what is linked
 * to it or has it open sees the same; cut short, it is done again.
 * @param aside where a folder goes that stands in the way
 */
export async function writeEntry(
  root: string,
  path: string,
  entry: Entry,
  contents: Contents,
  aside: (absolute: string) => Promise<void>,
): Promise<void> {
  requireNoLinkAbove(root, path);
  const absolute = join(root, path);
  const found = await lstat(absolute).catch(absent);
  if (found?.isDirectory()) await aside(absolute);
  const stays = entry.kind === "file" && found?.isFile() === true;
  if (found !== null && !found.isDirectory() && !stays) await rm(absolute);
  if (entry.kind === "absent") {
    await removeEmpty(root, dirname(path), entry.missing);
  } else if (entry.kind === "link") {
    await mkdir(dirname(absolute), { recursive: true });
    await symlink(entry.target, absolute);
  } else if (entry.kind === "file") {
    await mkdir(dirname(absolute), { recursive: true });
    // The owner may have forbidden writing to it, or a tool.
    if (stays && (found.mode & 0o200) === 0) await chmod(absolute, found.mode | 0o200);
    await overwrite(absolute, await contents.read(entry.content));
    await chmod(absolute, entry.mode);
  }
}

/** Brings what stands at a path to the disk. */
export async function syncEntry(root: string, path: string): Promise<void> {
  const file = await open(join(root, path), "r").catch(() => null);
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
}

async function overwrite(absolute: string, content: Uint8Array): Promise<void> {
  const file = await open(absolute, "r+").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return open(absolute, "wx");
  });
  try {
    for (let at = 0; at < content.length; ) {
      at += (await file.write(content, at, content.length - at, at)).bytesWritten;
    }
    await file.truncate(content.length);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A folder above that became a link would lead our own writes out of the root. */
function requireNoLinkAbove(root: string, path: string): void {
  const folder = dirname(path);
  if (folder === "." || resolveInside(root, folder) === folder) return;
  throw new WorkspaceError(
    "WORKSPACE_ESCAPE",
    `A folder above ${JSON.stringify(path)} in ${root} was replaced by a link.`,
    { files: [path] },
  );
}

async function firstMissing(root: string, path: string): Promise<string | null> {
  let missing: string | null = null;
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    if ((await lstat(join(root, folder)).catch(absent)) !== null) break;
    missing = folder;
  }
  return missing;
}

/** Removes the folders from `folder` up to `last` that a file was made with, unless others are in them. */
async function removeEmpty(root: string, folder: string, last: string | null): Promise<void> {
  if (last === null) return;
  for (let at = folder; at !== "."; at = dirname(at)) {
    const gone = await rmdir(join(root, at)).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === "ENOENT",
    );
    if (!gone || at === last) return;
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
  throw error;
}
