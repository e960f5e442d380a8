import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";

/** More links than this on one way are a circle. */
const MOST_LINKS = 40;

/**
 * The place in a work tree that a write to `path` would reach: relative to `root`, with `/`, links
 * inside the tree followed. What does not exist yet may be named. `.` is the root itself.
 * @param root absolute, without links
 * @param path absolute, or relative to `root`
 * @throws {WorkspaceError} PATH_OUTSIDE when that place is outside, inside `.git`, or reached over an
 *   absolute link, which would lead a worktree back into another one; OPTION_INVALID for an empty
 *   path or one with a NUL
 */
export function resolveInside(root: string, path: string): string {
  if (path === "" || path.includes("\0")) {
    throw new WorkspaceError("OPTION_INVALID", `Expected a path, found ${JSON.stringify(path)}.`);
  }
  const outside = (why: string): WorkspaceError =>
    new WorkspaceError("PATH_OUTSIDE", `${JSON.stringify(path)} ${why} ${root}.`, {
      files: [path],
    });

  const start = relativeToRoot(root, resolve(root, path));
  if (start === undefined) throw outside("is outside the repository at");

  const left = start.split(sep).filter((name) => name !== "");
  const done: string[] = [];
  for (let links = 0; left.length > 0; ) {
    const name = left.shift() as string;
    if (name === ".") continue;
    if (name === "..") {
      if (done.pop() === undefined) throw outside("leads over a link out of the repository at");
      continue;
    }
    done.push(name);
    const target = linkTarget(join(root, ...done));
    if (target === undefined) continue;
    if (++links > MOST_LINKS) throw outside("is a circle of links in");
    if (isAbsolute(target)) throw outside("leads over an absolute link, which is not followed, in");
    done.pop();
    left.unshift(...target.split("/").filter((part) => part !== ""));
  }
  if (done[0]?.toLowerCase() === ".git") throw outside("is inside the .git of the repository at");
  return done.length === 0 ? "." : done.join("/");
}

/** The part of `absolute` below `root`, also when the way to the root goes over links of its own. */
function relativeToRoot(root: string, absolute: string): string | undefined {
  const direct = relative(root, absolute);
  if (isBelow(direct)) return direct;
  for (let folder = absolute; ; folder = dirname(folder)) {
    if (realpath(folder) === root) return relative(folder, absolute);
    if (dirname(folder) === folder) return undefined;
  }
}

function isBelow(path: string): boolean {
  return path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function realpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    return entry?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    // A file stands where a folder would have to be: nothing below it leads anywhere.
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
