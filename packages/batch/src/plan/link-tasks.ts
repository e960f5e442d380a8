import type { TaskInput } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";
import { listSome } from "../errors/list-some.ts";

/**
 * Which tasks each task waits for, by their places in the list.
 * @param at What messages call the place of a task.
 * @throws {BatchError} NAME_TAKEN, DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE
 */
export function linkTasks(
  tasks: readonly TaskInput[],
  at: (index: number) => string = (index) => `task ${index + 1} of ${tasks.length}`,
): readonly (readonly number[])[] {
  const places = placesByName(tasks, at);
  const links = tasks.map(({ after = [] }, i) =>
    [...new Set(after)].map((name) => {
      const place = places.get(name);
      if (place !== undefined) return place;
      const known =
        places.size === 0 ? "no task has an id" : `there is ${listSome([...places.keys()], 10)}`;
      throw new BatchError(
        "DEPENDENCY_UNKNOWN",
        `${at(i)}: expected the id of a task, found "${name}"; ${known}.`,
      );
    }),
  );
  const cycle = findCycle(links);
  if (cycle !== null) {
    const [first = 0] = cycle;
    const names = [...cycle, first].map((i) => tasks[i]?.name ?? `task ${i + 1}`);
    const way = names.length > 12 ? [...names.slice(0, 11), "…", names.at(-1)] : names;
    throw new BatchError(
      "DEPENDENCY_CYCLE",
      `${at(first)}: these tasks wait for each other, so none can begin: ${way.join(" → ")}.`,
    );
  }
  return links;
}

function placesByName(
  tasks: readonly TaskInput[],
  at: (index: number) => string,
): Map<string, number> {
  const places = new Map<string, number>();
  for (const [i, { name }] of tasks.entries()) {
    if (name === undefined) continue;
    const other = places.get(name);
    if (other !== undefined) {
      throw new BatchError(
        "NAME_TAKEN",
        `${at(i)}: expected an id of its own, found "${name}", which ${at(other)} has too.`,
      );
    }
    places.set(name, i);
  }
  return places;
}

/** Places that wait for each other in a ring, or `null`. Without recursion: a chain may be long. */
function findCycle(links: readonly (readonly number[])[]): number[] | null {
  const state = new Uint8Array(links.length);
  const [ON_WAY, DONE] = [1, 2];
  for (const start of links.keys()) {
    const way: { readonly at: number; next: number }[] = [];
    if (state[start] === 0) way.push({ at: start, next: 0 });
    while (way.length > 0) {
      const top = way.at(-1) as (typeof way)[number];
      state[top.at] = ON_WAY;
      const next = links[top.at]?.[top.next];
      top.next += 1;
      if (next === undefined) {
        state[top.at] = DONE;
        way.pop();
      } else if (state[next] === ON_WAY) {
        const from = way.findIndex(({ at }) => at === next);
        return way.slice(from).map(({ at }) => at);
      } else if (state[next] === 0) {
        way.push({ at: next, next: 0 });
      }
    }
  }
  return null;
}
