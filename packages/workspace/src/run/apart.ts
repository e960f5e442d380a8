import type { ReadTree, TreeChange } from "../tree/tree-changes.ts";
import { entryAt } from "../tree/tree-changes.ts";
import { SUBMODULE } from "../tree/tree-object.ts";
import type { StepShape } from "./branch-history.ts";

/** What changes do to which files there are. */
export function shapeOf(changes: readonly TreeChange[]): StepShape {
  return {
    adds: changes.some(({ before }) => before === null),
    removes: changes.some(({ after }) => after === null),
  };
}

/**
 * Whether a commit's changes can be made to the tip as they are: what git would merge without a look into
 * any file. Each path is on the tip as it was on the commit's parent, so the commit's side of it stands. And
 * nobody can have renamed anything that matters, which git would follow: a rename is a file that goes and
 * one that comes, and it moves files that the other side adds to the folder, too.
 *
 * @param since what landed between the parent and the tip
 */
export async function areApart(
  read: ReadTree,
  tip: string,
  changes: readonly TreeChange[],
  since: StepShape,
): Promise<boolean> {
  const { adds, removes } = shapeOf(changes);
  if (adds && since.removes) return false;
  if (adds && removes && since.adds) return false;
  for (const { path, before, after } of changes) {
    if (before?.mode === SUBMODULE || after?.mode === SUBMODULE) return false;
    const there = await entryAt(read, tip, path);
    if (typeof there === "string" || there?.id !== before?.id || there?.mode !== before?.mode) {
      return false;
    }
  }
  return true;
}
