import { FOLDER, type Tree, type TreeEntry } from "./tree-object.ts";

/** What became of one path that is no folder. */
export interface TreeChange {
  /** Bytes as latin1. */
  readonly path: string;
  /** `null`: it was not there. */
  readonly before: TreeEntry | null;
  /** `null`: it is gone. */
  readonly after: TreeEntry | null;
}

/** Reads a tree by its id; rejects when it cannot be had for certain. */
export type ReadTree = (id: string) => Promise<Tree>;

const EMPTY: Tree = new Map();

/** What one tree has other than another, path by path: no renames are looked for. */
export async function treeChanges(
  read: ReadTree,
  before: string,
  after: string,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  const compare = async (a: string | null, b: string | null, folder: string): Promise<void> => {
    if (a === b) return;
    const [old, young] = await Promise.all([a, b].map((id) => (id === null ? EMPTY : read(id))));
    for (const name of new Set([...(old as Tree).keys(), ...(young as Tree).keys()])) {
      const path = folder + name;
      const [was, is] = [old?.get(name) ?? null, young?.get(name) ?? null];
      if (was?.id === is?.id && was?.mode === is?.mode) continue;
      const [wasFile, isFile] = [fileOf(was), fileOf(is)];
      if (wasFile !== null || isFile !== null) {
        changes.push({ path, before: wasFile, after: isFile });
      }
      await compare(folderOf(was), folderOf(is), `${path}/`);
    }
  };
  await compare(before, after, "");
  return changes;
}

/** The file, link or submodule at a path, `"folder"` for a folder, `null` for nothing. */
export async function entryAt(
  read: ReadTree,
  root: string,
  path: string,
): Promise<TreeEntry | "folder" | "below a file" | null> {
  const names = path.split("/");
  const last = names.pop() as string;
  let tree = await read(root);
  for (const name of names) {
    const entry = tree.get(name);
    if (entry === undefined) return null;
    if (entry.mode !== FOLDER) return "below a file";
    tree = await read(entry.id);
  }
  const found = tree.get(last);
  if (found === undefined) return null;
  return found.mode === FOLDER ? "folder" : found;
}

function fileOf(entry: TreeEntry | null): TreeEntry | null {
  return entry === null || entry.mode === FOLDER ? null : entry;
}

function folderOf(entry: TreeEntry | null): string | null {
  return entry?.mode === FOLDER ? entry.id : null;
}
