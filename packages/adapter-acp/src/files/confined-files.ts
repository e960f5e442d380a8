import { constants } from "node:fs";
import { type FileHandle, mkdir, open, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
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
 * Opens a file of the workspace. Between the look at its path and the opening, a folder on the way may
 * have become a link to elsewhere; so its folder is opened first, looked at, and gone on from.
 */
async function openInside(root: string, { real }: Place, flags: number): Promise<FileHandle> {
  const folder = await open(dirname(real), O_RDONLY | O_DIRECTORY);
  try {
    const way = process.platform === "linux" ? `/proc/self/fd/${folder.fd}` : dirname(real);
    const path = join(await realpath(way), basename(real));
    if (!isInside(await realpath(root), path)) throw new Error("it lies outside the workspace");
    // Not blocking: a pipe would wait for its other end.
    const file = await open(join(way, basename(real)), flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new Error("it is not a file");
  } finally {
    await folder.close();
  }
}
