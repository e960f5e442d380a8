import type { Git } from "../git/git.ts";
import type { FileChange } from "./change.ts";
import type { DiffEntry } from "./diff-entry.ts";
import type { Snapshot } from "./snapshot.ts";

/** Changes, told apart by the files that a task names. */
export interface ClassifiedChanges {
  readonly inside: readonly FileChange[];
  readonly outside: readonly FileChange[];
}

/**
 * Tells changes of `files`, and below those of them that are folders, from all others. No files, or
 * `.`, is everything. A rename is inside only with both of its ends: half of one would be a loss.
 */
export function classify(
  { entries, notHeld }: Snapshot,
  files: readonly string[],
): ClassifiedChanges {
  const covers = coverage(files);
  const inside: FileChange[] = [];
  const outside: FileChange[] = [];
  for (const { change } of entries) {
    const covered = covers(change.path) && (change.from === undefined || covers(change.from));
    (covered ? inside : outside).push(change);
  }
  for (const change of notHeld) (covers(change.path) ? inside : outside).push(change);
  return { inside, outside };
}

/** The tree of `base` with only those of the snapshot's changes that `paths` name. */
export async function selectedTree(
  git: Git,
  { base, tree, entries }: Snapshot,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<string | null> {
  const wanted = new Set(paths);
  const selected = entries.filter(({ change }) => wanted.has(change.path));
  if (selected.length === 0) return null;
  if (selected.length === entries.length) return tree;
  // An index of its own: the snapshot's is the evidence of what else there is.
  const index = `${git.options.environment.GIT_DIR}/cluster-index`;
  const environment = { GIT_INDEX_FILE: index };
  await git.run(["read-tree", base], { signal, environment });
  const input = Buffer.from(indexInfo(selected), "latin1");
  await git.run(["update-index", "-z", "--index-info"], { signal, environment, input });
  return git.line(["write-tree"], { signal, environment });
}

/** What `git update-index --index-info` reads: a mode of 0 removes. */
function indexInfo(entries: readonly DiffEntry[]): string {
  const removals = entries
    .filter(({ change }) => change.status === "deleted" || change.status === "renamed")
    .map(({ oldPath, oldId }) => `0 ${"0".repeat(oldId.length)}\t${oldPath}\0`);
  const additions = entries
    .filter(({ change }) => change.status !== "deleted")
    .map(({ newMode, newId, newPath }) => `${newMode} ${newId}\t${newPath}\0`);
  return [...removals, ...additions].join("");
}

function coverage(files: readonly string[]): (path: string) => boolean {
  if (files.length === 0 || files.includes(".")) return () => true;
  const named = new Set(files.map((file) => file.replace(/\/+$/, "")));
  return (path) => {
    if (named.has(path)) return true;
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      if (named.has(path.slice(0, slash))) return true;
    }
    return false;
  };
}
