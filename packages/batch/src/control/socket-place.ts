import { createHash } from "node:crypto";
import { lstat, mkdir, realpath } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** What `sun_path` holds, less the zero at its end; macOS has less room than Linux. */
export const LONGEST_SOCKET_PATH: number = process.platform === "linux" ? 107 : 103;

const OTHERS = 0o077;

/**
 * The path of a run's socket: in its own folder, or, where that would be too long a path for a socket,
 * in a short folder of the user's under the temporary one.
 * @throws {Error} when no folder is this user's alone: whoever can reach the socket can stop the run.
 */
export async function socketPlace(folder: string, temporary: string = tmpdir()): Promise<string> {
  const own = join(folder, "control.sock");
  if (fits(own)) {
    await requirePrivate(folder);
    return own;
  }
  const short = join(temporary, `cluster-${userInfo().uid}`);
  await mkdir(short, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await requirePrivate(short);
  const name = createHash("sha256")
    .update(await realpath(folder))
    .digest("hex");
  const path = join(short, `${name.slice(0, 16)}.sock`);
  if (!fits(path)) {
    throw new Error(`The path ${path} is too long for a socket: set TMPDIR to a shorter one.`);
  }
  return path;
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= LONGEST_SOCKET_PATH;
}

/** Anybody may make a folder of that name under the temporary one before us, or a link. */
async function requirePrivate(folder: string): Promise<void> {
  const found = await lstat(folder);
  const problem = !found.isDirectory()
    ? "is not a folder"
    : found.uid !== userInfo().uid
      ? "belongs to somebody else"
      : (found.mode & OTHERS) !== 0
        ? "is open to others"
        : null;
  if (problem !== null) {
    throw new Error(`${folder} ${problem}; a socket needs a folder of yours with mode 0700.`);
  }
}
