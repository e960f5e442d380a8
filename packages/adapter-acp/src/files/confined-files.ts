import { constants } from "node:fs";
import { type FileHandle, mkdir, open, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { isInside, type Place } from "./place.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const { O_RDONLY, O_WRONLY, O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Lines of a text file, or all of it. @param line counted from 1 */
export async function readConfined(
  root: string,
  place: Place,
  { line, limit }: { readonly line?: number | undefined; readonly limit?: number | undefined },
): Promise<string> {
  const file = await openInside(root, place, O_RDONLY);
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`);
    const text = await file.readFile("utf8");
    if (line === undefined && limit === undefined) return text;
    const lines = text.split(/(?<=\n)/);
    const first = Math.max(0, (line ?? 1) - 1);
    return lines.slice(first, limit === undefined ? undefined : first + limit).join("");
  } finally {
    await file.close();
  }
}

/** Writes a whole text file, and makes the folders it needs. Its permissions stay as they are. */
export async function writeConfined(root: string, place: Place, content: string): Promise<void> {
  const file = await openInside(root, place, O_WRONLY | O_CREAT);
  try {
    await file.truncate(0);
    await file.writeFile(content, "utf8");
  } finally {
    await file.close();
  }
}

/** Opens a file of the workspace; one that is to be made gets the folders that it needs. */
async function openInside(root: string, { real }: Place, flags: number): Promise<FileHandle> {
  const folder = await openFolder(await realpath(root), dirname(real), (flags & O_CREAT) !== 0);
  try {
    // Not blocking: a pipe would wait for its other end.
    const path = join(wayInto(folder, dirname(real)), basename(real));
    const file = await open(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new Error("it is not a file");
  } finally {
    await folder.close();
  }
}

/**
 * Opens a folder, from the workspace on one after the other. Since the look at its path, one on the way
 * may have become a link to elsewhere: none is followed, and nothing is made behind one.
 */
async function openFolder(root: string, path: string, makes: boolean): Promise<FileHandle> {
  if (!isInside(root, path)) throw outside();
  let at = root;
  let folder = await open(at, O_RDONLY | O_DIRECTORY);
  try {
    for (const name of relative(root, path).split(sep).filter(Boolean)) {
      const next = join(wayInto(folder, at), name);
      if (makes) await mkdir(next).catch(unlessThere);
      const opened = await open(next, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch(noLink);
      await folder.close();
      folder = opened;
      at = join(at, name);
    }
    return folder;
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** Into a folder that is open, wherever it has been moved to: where the system has such a way. */
function wayInto(folder: FileHandle, path: string): string {
  return process.platform === "linux" ? `/proc/self/fd/${folder.fd}` : path;
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

function noLink(error: NodeJS.ErrnoException): never {
  throw error.code === "ELOOP" || error.code === "ENOTDIR" ? outside(error) : error;
}

function outside(cause?: Error): Error {
  return new Error("it lies outside the workspace by now", { cause });
}
