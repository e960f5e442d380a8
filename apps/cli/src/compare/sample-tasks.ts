import { plural, type TaskInput } from "@cluster/batch";

/** Some of the tasks, and which they are, for people; `null` for all. */
export interface TaskSample {
  readonly tasks: readonly TaskInput[];
  readonly which: string | null;
}

/**
 * So many tasks, spread over the list: neighbours are alike. None waits for one that is not among them, and
 * none names a tool: each is done by all.
 */
export function sampleTasks(all: readonly TaskInput[], wanted: number | undefined): TaskSample {
  const count = Math.min(wanted ?? all.length, all.length);
  const places = Array.from({ length: count }, (_, i) => Math.floor((i * all.length) / count));
  const some = places.map((place) => all[place] as TaskInput);
  const names = new Set(some.map(({ name }) => name));
  const tasks = some.map(({ tool: _, after = [], ...task }): TaskInput => {
    const left = after.filter((name) => names.has(name));
    return left.length === 0 ? task : { ...task, after: left };
  });
  const numbers = places.map((place) => place + 1).join(", ");
  const which =
    count === all.length
      ? null
      : `spread over the list of ${plural(all.length, "task")} (numbers ${numbers})`;
  return { tasks, which };
}
