import { access, lstat, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
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
  // This one may refresh the index: what was only touched is else taken for changed.
  const dirty = await dirtyFiles(git.with({ environment: refreshing(git) }));
  if (dirty.length > 0) {
    throw new CheckoutRefused(
      `${move.branch} has changes that are not committed in ${some(dirty)}`,
    );
  }
  const added = await addedFiles(git, move);
  const inTheWay = await untrackedInTheWay(move.root, added.created, added.gone);
  if (inTheWay.length > 0) {
    throw new CheckoutRefused(`untracked files are in the way: ${some(inTheWay)}`);
  }
  try {
    await git.run(["read-tree", "-m", "-u", move.from, move.to]);
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.code === "LOCKED") throw error;
    await restore(git, move.root, added.created);
    throw new CheckoutRefused(`git could not update the checkout: ${error.stderr}`, {
      cause: error,
    });
  }
}

function refreshing(git: Git): Record<string, string> {
  return { ...git.options.environment, GIT_OPTIONAL_LOCKS: "1" };
}

async function requireFinished(gitDir: string): Promise<void> {
  for (const [file, what] of Object.entries(UNFINISHED)) {
    const there = await access(join(gitDir, file)).then(
      () => true,
      () => false,
    );
    if (there) throw new CheckoutRefused(`${what} is not finished`);
  }
}

interface Added {
  readonly created: readonly string[];
  /** Files that the move deletes: a folder may take their place. */
  readonly gone: ReadonlySet<string>;
}

async function addedFiles(git: Git, { from, to }: CheckoutMove): Promise<Added> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--name-status", "--diff-filter=AD", from];
  const parts = nulSeparated((await git.run([...args, to])).stdout);
  const created: string[] = [];
  const gone = new Set<string>();
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const path = text(parts[index + 1] as string);
    if (parts[index] === "A") created.push(path);
    else gone.add(path);
  }
  return { created, gone };
}

/** Git itself would overwrite those that are ignored. */
async function untrackedInTheWay(
  root: string,
  created: readonly string[],
  gone: ReadonlySet<string>,
): Promise<string[]> {
  const found = new Set<string>();
  for (const path of created) {
    const obstacle = await firstObstacle(root, path);
    if (obstacle !== undefined && !gone.has(obstacle) && !holds(obstacle, gone))
      found.add(obstacle);
  }
  return [...found];
}

/** The file at `path`, or the file or link that stands where one of its folders must be. */
async function firstObstacle(root: string, path: string): Promise<string | undefined> {
  const parent = dirname(path);
  const above = parent === "." ? undefined : await firstObstacle(root, parent);
  if (above !== undefined) return above;
  const entry = await lstat(join(root, path)).catch(() => undefined);
  if (entry === undefined) return undefined;
  return entry.isDirectory() ? undefined : path;
}

function holds(folder: string, files: ReadonlySet<string>): boolean {
  return [...files].some((file) => file.startsWith(`${folder}/`));
}

/** Everything tracked was clean and nothing was where `created` is: back to exactly that. */
async function restore(git: Git, root: string, created: readonly string[]): Promise<void> {
  await Promise.all(created.map((path) => rm(join(root, path), { force: true }).catch(() => {})));
  await git.run(["checkout-index", "--force", "--all"]).catch(() => {});
}

function some(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map((path) => JSON.stringify(path));
  const more = paths.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
