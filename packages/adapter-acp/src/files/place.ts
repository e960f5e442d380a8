import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a path that an agent names leads. */
export interface Place {
  /** What it is in truth, without a symbolic link in it. */
  readonly real: string;
  /** Relative to the workspace, with `/`; absolute where it lies outside. */
  readonly path: string;
  readonly inside: boolean;
  readonly exists: boolean;
}

/** Follows a path as the system would: `..`, links on the way, a link at its end. */
export async function placeOf(workspace: string, named: string): Promise<Place> {
  const root = await realpath(workspace);
  const asked = named.startsWith("file://") ? fileURLToPath(named) : named;
  const { real, exists } = await leadsTo(root, isAbsolute(asked) ? asked : `${root}${sep}${asked}`);
  const inside = isInside(root, real);
  const path = inside ? relative(root, real).split(sep).join("/") : real;
  return { real, path, inside, exists };
}

/** A folder of git's own, a submodule's too, is no part of the workspace: what is written there may be run. */
export function isInside(root: string, real: string): boolean {
  const way = relative(root, real);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return false;
  return !way.split(sep).some((name) => name.toLowerCase() === ".git");
}

/**
 * `link/..` is another folder to the system than to a program that shortens the path first, and nobody
 * knows which an agent does: where one of both lies outside, it is that one.
 */
async function leadsTo(root: string, path: string): Promise<{ real: string; exists: boolean }> {
  const followed = await follow(path);
  const short = resolve(path);
  if (short === path || !isInside(root, followed.real)) return followed;
  const shortened = await follow(short);
  return isInside(root, shortened.real) ? followed : shortened;
}

async function follow(path: string): Promise<{ real: string; exists: boolean }> {
  try {
    return { real: await realpath(path), exists: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  // A link that leads nowhere yet would lead the write to where it points.
  const link = await lstat(path).catch(() => null);
  if (link?.isSymbolicLink() === true) {
    throw Object.assign(new Error(`${path} is a link to what does not exist`), { code: "ELOOP" });
  }
  const parent = dirname(path);
  if (parent === path) return { real: path, exists: false };
  return { real: join((await follow(parent)).real, basename(path)), exists: false };
}
