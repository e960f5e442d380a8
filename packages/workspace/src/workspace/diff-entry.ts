import { nulSeparated, text } from "../git/git.ts";
import type { FileChange } from "./change.ts";

/** One entry of `git diff --raw --numstat -z`, with the paths' own bytes as latin1. */
export interface DiffEntry {
  readonly change: FileChange;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: string;
  readonly newId: string;
  readonly oldPath: string;
  readonly newPath: string;
}

const STATUS: Readonly<Record<string, FileChange["status"]>> = {
  A: "added",
  C: "added",
  D: "deleted",
  M: "modified",
  R: "renamed",
  T: "type-changed",
};

interface Lines {
  readonly added: number | null;
  readonly removed: number | null;
}

/** Reads `--raw --numstat -z`: first all raw entries, then the counts, keyed by the path after. */
export function parseDiff(stdout: string): DiffEntry[] {
  const parts = nulSeparated(stdout);
  const raw: Omit<DiffEntry, "change">[] = [];
  const letters: string[] = [];
  let at = 0;
  const next = (): string => parts[at++] ?? "";
  while (parts[at]?.startsWith(":")) {
    const [oldMode = "", newMode = "", oldId = "", newId = "", letter = ""] = next()
      .slice(1)
      .split(" ");
    const oldPath = next();
    const newPath = /^[RC]/.test(letter) ? next() : oldPath;
    raw.push({ oldMode, newMode, oldId, newId, oldPath, newPath });
    letters.push(letter[0] ?? "");
  }
  const lines = new Map<string, Lines>();
  while (at < parts.length) {
    const [added = "", removed = "", ...path] = next().split("\t");
    let name = path.join("\t");
    if (name === "") {
      next();
      name = next();
    }
    lines.set(name, { added: count(added), removed: count(removed) });
  }
  return raw.map((entry, index) => ({
    ...entry,
    change: toChange(entry, letters[index] ?? "", lines),
  }));
}

function toChange(
  { oldMode, newMode, oldPath, newPath }: Omit<DiffEntry, "change">,
  letter: string,
  lines: ReadonlyMap<string, Lines>,
): FileChange {
  const counted = lines.get(newPath) ?? { added: 0, removed: 0 };
  const bothExist = letter !== "A" && letter !== "D";
  return {
    path: text(newPath),
    status: STATUS[letter] ?? "modified",
    addedLines: counted.added,
    removedLines: counted.removed,
    ...(letter === "R" ? { from: text(oldPath) } : {}),
    ...(bothExist && oldMode !== newMode ? { mode: [oldMode, newMode] as const } : {}),
  };
}

function count(digits: string): number | null {
  return digits === "-" ? null : Number(digits);
}
