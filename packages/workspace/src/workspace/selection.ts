import type { Git } from "../git/git.ts";
import type { StandingObjects } from "../standing/standing-objects.ts";
import type { TreeEdit } from "../tree/edit-tree.ts";
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

/** The tree of `base` with only those of the snapshot's changes that `paths` name; `null` for none. */
export async function selectedTree(
  { git, objects }: { readonly git: Git; readonly objects: StandingObjects },
  { base, entries }: Snapshot,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<string | null> {
  const wanted = new Set(paths);
  const selected = entries.filter(({ change }) => wanted.has(change.path));
  if (selected.length === 0) return null;
  const edits = editsOf(selected);
  return objects
    .treeOf(base, signal)
    .then((tree) => objects.writeEdited(tree, edits, signal))
    .catch(() => treeByIndex(git, base, edits, signal));
}

/** The same by git alone, over an index of its own: the workspace's is the evidence of what else there is. */
async function treeByIndex(
  git: Git,
  base: string,
  edits: readonly TreeEdit[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const index = `${git.options.environment.GIT_DIR}/cluster-index`;
  const environment = { GIT_INDEX_FILE: index };
  // What `git update-index --index-info` reads: a mode of 0 removes.
  const none = "0".repeat(base.length);
  const lines = edits.map(
    ({ path, after }) => `${after?.mode ?? "0"} ${after?.id ?? none}\t${path}\0`,
  );
  const input = Buffer.from(lines.join(""), "latin1");
  await git.run(["read-tree", base], { signal, environment });
  await git.run(["update-index", "-z", "--index-info"], { signal, environment, input });
  return git.line(["write-tree"], { signal, environment });
}

/** Removals first: what takes the place of a folder, or of the file above it, comes after that. */
function editsOf(entries: readonly DiffEntry[]): readonly TreeEdit[] {
  const removals = entries
    .filter(({ change }) => change.status === "deleted" || change.status === "renamed")
    .map(({ oldPath }) => ({ path: oldPath, after: null }));
  const additions = entries
    .filter(({ change }) => change.status !== "deleted")
    .map(({ newMode, newId, newPath }) => ({ path: newPath, after: { mode: newMode, id: newId } }));
  return [...removals, ...additions];
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
