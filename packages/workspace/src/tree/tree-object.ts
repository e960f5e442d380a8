import { createHash } from "node:crypto";

/** One entry of a tree, as git has it. */
export interface TreeEntry {
  /** As the tree spells it: `40000` for a folder. */
  readonly mode: string;
  readonly id: string;
}

/** A tree's entries by name (bytes as latin1). */
export type Tree = ReadonlyMap<string, TreeEntry>;

export type ObjectFormat = "sha1" | "sha256";

/** A git object before it is written. */
export interface NewObject {
  readonly id: string;
  readonly type: "tree" | "commit";
  readonly content: Buffer;
}

export const FOLDER = "40000";
export const SUBMODULE = "160000";

/** The id that git gives to an object. */
export function objectId(format: ObjectFormat, type: string, content: Buffer): string {
  return createHash(format).update(`${type} ${content.length}\0`).update(content).digest("hex");
}

/** Reads a tree. @throws {Error} when it is cut short, or has a name twice, as no tree should */
export function parseTree(content: Buffer, format: ObjectFormat): Tree {
  const idLength = format === "sha1" ? 20 : 32;
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const nul = content.indexOf(0, space);
    const end = nul + 1 + idLength;
    if (space === -1 || nul === -1 || end > content.length) throw new Error("A tree is cut short.");
    const name = content.toString("latin1", space + 1, nul);
    if (entries.has(name)) throw new Error(`A tree has ${name} twice.`);
    entries.set(name, {
      mode: content.toString("latin1", at, space),
      id: content.toString("hex", nul + 1, end),
    });
    at = end;
  }
  return entries;
}

/** A tree before it is written. */
export interface NewTree extends NewObject {
  readonly entries: Tree;
}

/** Makes a tree's object, whatever the order of its entries. */
export function treeObject(entries: Tree, format: ObjectFormat): NewTree {
  // Git sorts a folder as if its name ended in a slash.
  const sorted = [...entries]
    .map(([name, entry]) => ({ name, entry, key: entry.mode === FOLDER ? `${name}/` : name }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const parts = sorted.flatMap(({ name, entry }) => [
    Buffer.from(`${entry.mode} ${name}\0`, "latin1"),
    Buffer.from(entry.id, "hex"),
  ]);
  const content = Buffer.concat(parts);
  return { id: objectId(format, "tree", content), type: "tree", content, entries };
}
