import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readlink, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isInside, type Place } from "./place.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const { O_RDONLY, O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;

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
  await mkdir(dirname(place.real), { recursive: true });
  const file = await openInside(root, place, O_WRONLY | O_CREAT);
  try {
    await file.truncate(0);
    await file.writeFile(content, "utf8");
  } finally {
    await file.close();
  }
}

/**
 * Opens a file and then looks where it is: between the look at its path and the opening, a folder on
 * the way may have become a link to elsewhere. Nothing is read or written before that.
 */
async function openInside(root: string, { real }: Place, flags: number): Promise<FileHandle> {
  // Not blocking: a pipe would wait for its other end.
  const file = await open(real, flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error("it is not a file");
    const opened = await pathOf(file, real);
    const same = await stat(opened);
    if (
      !isInside(await realpath(root), opened) ||
      same.ino !== found.ino ||
      same.dev !== found.dev
    ) {
      throw new Error("it lies outside the workspace");
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where an open file lies: the system knows on Linux, elsewhere its path is looked up once more. */
async function pathOf(file: FileHandle, real: string): Promise<string> {
  if (process.platform !== "linux") return realpath(real);
  return readlink(`/proc/self/fd/${file.fd}`);
}
