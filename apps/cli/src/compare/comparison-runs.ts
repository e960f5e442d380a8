import type { LocalRunStore, RunReader, Site, TaskInput } from "@cluster/batch";
import { fromStored, type StoredComparison } from "../run/from-stored.ts";

/** A run of a comparison. */
export interface ComparisonRun {
  readonly tool: string;
  readonly run: string;
  /** A process works on it. */
  readonly owned: boolean;
}

/** The runs of a comparison that have begun, in the order of its tools. */
export async function runsOfComparison(
  { id, tools }: StoredComparison,
  { repository, store }: { readonly repository: Site; readonly store: LocalRunStore },
): Promise<readonly ComparisonRun[]> {
  const found: ComparisonRun[] = [];
  for (const { run, record, owner, size } of await store.list(repository)) {
    const stored = record === null ? null : fromStored(record);
    // One that was killed before it had planned has done nothing, and is begun anew.
    if (stored?.comparison?.id !== id || size === 0) continue;
    found.push({ run, tool: stored.flags.tool ?? "", owned: owner !== null });
  }
  return tools.flatMap((tool) => found.find((one) => one.tool === tool) ?? []);
}

/** The tasks of a run, for another one that is to do the same. */
export function tasksOfRun(reader: RunReader): readonly TaskInput[] {
  const tasks = [...reader.entries()].flatMap(({ task, withdrawn }) => (withdrawn ? [] : task));
  const names = new Map(tasks.map(({ id, name }) => [id, name]));
  return tasks.map(({ id: _, index: __, after = [], ...task }): TaskInput => {
    const before = after.flatMap((id) => names.get(id) ?? []);
    return before.length === 0 ? task : { ...task, after: before };
  });
}
