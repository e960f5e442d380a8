import { access, lstat, readdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { type Git, nulSeparated, text } from "../git/git.ts";
import { readBranch } from "../repository/head.ts";
import { dirtyFiles } from "../repository/status.ts";

/** The user's checkout is such that nothing may be brought into it. */
export class CheckoutRefused extends Error {
  override readonly name: string = "CheckoutRefused";
}

/** Where a checkout goes from and to. */
export interface CheckoutMove {
  readonly root: string;
  readonly gitDir: string;
  readonly branch: string;
  readonly from: string;
  readonly to: string;
}

/** States in which the next commit of the user means more than it seems. */
const UNFINISHED: Readonly<Record<string, string>> = {
  MERGE_HEAD: "a merge",
  CHERRY_PICK_HEAD: "a cherry-pick",
  REVERT_HEAD: "a revert",
  "rebase-merge": "a rebase",
  "rebase-apply": "a rebase or `git am`",
};

/**
 * Brings index and work tree from one commit to another, or changes nothing. To be called while HEAD
 * is locked, so that nobody switches branches meanwhile.
 * @throws {CheckoutRefused} when something of the user's would be lost or mixed with it
 */
export async function moveCheckout(git: Git, move: CheckoutMove): Promise<void> {
  if ((await readBranch(git)) !== move.branch) {
    throw new CheckoutRefused("another branch was checked out in the meantime");
  }
  await requireFinished(move.gitDir);
  const dirty = await dirtyFiles(git);
  if (dirty.length > 0) {
    throw new CheckoutRefused(
      `${move.branch} has changes that are not committed in ${some(dirty)}`,
    );
  }
  const paths = await changedPaths(git, move);
  const inTheWay = await untrackedInTheWay(move.root, paths);
  if (inTheWay.length > 0) {
    throw new CheckoutRefused(`untracked files are in the way: ${some(inTheWay)}`);
  }
  try {
    // What was only touched is else taken for changed.
    await git.run(["update-index", "--refresh"]);
    await git.run(["read-tree", "-m", "-u", move.from, move.to]);
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.code === "LOCKED") throw error;
    if (!REFUSAL.test(error.stderr)) await restore(git, move.root, paths);
    throw new CheckoutRefused(`git could not update the checkout: ${error.message}`, {
      cause: error,
    });
  }
}

/** Git's words when it found a change of the user's before it wrote anything. */
const REFUSAL = /needs update|not uptodate|Cannot merge|would be (overwritten|removed|lost)/;

async function requireFinished(gitDir: string): Promise<void> {
  for (const [file, what] of Object.entries(UNFINISHED)) {
    const there = await access(join(gitDir, file)).then(
      () => true,
      () => false,
    );
    if (there) throw new CheckoutRefused(`${what} is not finished`);
  }
}

interface ChangedPaths {
  readonly created: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}

async function changedPaths(git: Git, { from, to }: CheckoutMove): Promise<ChangedPaths> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--name-status", from, to];
  const parts = nulSeparated((await git.run(args)).stdout);
  const paths = { created: [] as string[], modified: [] as string[], deleted: [] as string[] };
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const kind = ({ A: "created", D: "deleted" } as const)[parts[index] as string] ?? "modified";
    paths[kind].push(text(parts[index + 1] as string));
  }
  return paths;
}

/** Git itself would overwrite those that are ignored. */
async function untrackedInTheWay(
  root: string,
  { created, deleted }: ChangedPaths,
): Promise<string[]> {
  // A tracked file that goes makes room for a folder, and a folder of such files for a file.
  const gone = new Set(deleted);
  const found = await Promise.all(created.map((path) => filesAt(root, path)));
  return [...new Set(found.flat())].filter((path) => !gone.has(path));
}

/** The file at `path`, those below it, or the one that stands where a folder above it must be. */
async function filesAt(root: string, path: string): Promise<string[]> {
  for (let above = dirname(path); above !== "."; above = dirname(above)) {
    const entry = await lstat(join(root, above)).catch(() => undefined);
    if (entry !== undefined && !entry.isDirectory()) return [above];
  }
  const entry = await lstat(join(root, path)).catch(() => undefined);
  if (entry === undefined) return [];
  if (!entry.isDirectory()) return [path];
  const below = await readdir(join(root, path), { recursive: true, withFileTypes: true });
  return below
    .filter((file) => !file.isDirectory())
    .map((file) => relative(root, join(file.parentPath, file.name)));
}

/** What is created was not there, and all else was as the index has it: back to exactly that. */
async function restore(git: Git, root: string, paths: ChangedPaths): Promise<void> {
  await Promise.all(
    paths.created.map((path) => rm(join(root, path), { force: true }).catch(() => {})),
  );
  const input = [...paths.modified, ...paths.deleted].map((path) => `${path}\0`).join("");
  await git.run(["checkout-index", "--force", "-z", "--stdin"], { input }).catch(() => {});
}

function some(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map((path) => JSON.stringify(path));
  const more = paths.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
