import type { ReadTree } from "./tree-changes.ts";
import {
  FOLDER,
  type NewTree,
  type ObjectFormat,
  type Tree,
  type TreeEntry,
  treeObject,
} from "./tree-object.ts";

/** What is to stand at a path: `null` for nothing. */
export interface TreeEdit {
  /** Bytes as latin1. */
  readonly path: string;
  readonly after: TreeEntry | null;
}

/** A tree that is to be, and the objects that have to be written for it, what is below first. */
export interface EditedTree {
  readonly id: string;
  readonly objects: readonly NewTree[];
}

/** What git writes. Others are old spellings, which it would correct in a tree that it makes anew. */
const MODES: ReadonlySet<string> = new Set([FOLDER, "100644", "100755", "120000", "160000"]);
/** What git lets nobody check out. */
const NO_NAME = /^(\.{0,2}|\.git)$/i;

/**
 * A tree with some of its paths changed. Nothing is written.
 * @throws {Error} when the edits do not fit the tree, or when a file takes the place of a folder or the
 *   other way round
 */
export async function editTree(
  read: ReadTree,
  root: string,
  edits: readonly TreeEdit[],
  format: ObjectFormat,
): Promise<EditedTree> {
  const objects: NewTree[] = [];
  const write = (tree: Tree): TreeEntry => {
    const object = treeObject(tree, format);
    objects.push(object);
    return { mode: FOLDER, id: object.id };
  };
  const apply = async (tree: Tree, wanted: readonly TreeEdit[]): Promise<Tree> => {
    const edited = new Map(tree);
    for (const [name, here] of byFirstName(wanted)) {
      const entry = await entryFor(tree.get(name), here);
      if (entry !== null) edited.set(name, entry);
      else if (!edited.delete(name)) throw new Error(`There is no ${name} to be removed.`);
    }
    for (const [name, { mode }] of edited) {
      if (!MODES.has(mode)) throw new Error(`A tree has the mode ${mode}.`);
      if (NO_NAME.test(name)) throw new Error(`A tree has the name ${name}.`);
    }
    return edited;
  };
  const entryFor = async (
    present: TreeEntry | undefined,
    here: readonly TreeEdit[],
  ): Promise<TreeEntry | null> => {
    const direct = here.find(({ path }) => path === "");
    const isFolder = present?.mode === FOLDER;
    const fits = direct === undefined ? present === undefined || isFolder : !isFolder;
    if (!fits || (direct !== undefined && here.length > 1)) {
      throw new Error("A file meets a folder.");
    }
    if (direct !== undefined) return direct.after;
    const edited = await apply(present === undefined ? new Map() : await read(present.id), here);
    return edited.size === 0 ? null : write(edited);
  };
  const { id } = write(await apply(await read(root), edits));
  return { id, objects };
}

/** The edits by the first name of their path, each with what is left of it. */
function byFirstName(edits: readonly TreeEdit[]): ReadonlyMap<string, readonly TreeEdit[]> {
  const groups = new Map<string, TreeEdit[]>();
  for (const { path, after } of edits) {
    const slash = path.indexOf("/");
    const name = slash === -1 ? path : path.slice(0, slash);
    const rest = slash === -1 ? "" : path.slice(slash + 1);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [{ path: rest, after }]);
    else group.push({ path: rest, after });
  }
  return groups;
}
