/** One unit of work as its source gives it. Paths are relative to the repository's root, with `/`. */
export interface TaskInput {
  readonly prompt: string;
  readonly files: readonly string[];
  readonly readOnlyFiles?: readonly string[];
  /** @default the run's */
  readonly model?: string;
  /** @default the run's */
  readonly verify?: string;
  /** The name of its tool, or something that a tool can do (a capability). @default the run's, whichever is free */
  readonly tool?: string;
  /** What `after` of other tasks calls it. No two tasks have the same. It is no part of the task's key. */
  readonly name?: string;
  /** The names of tasks that must have landed, or changed nothing, before it begins. */
  readonly after?: readonly string[];
}

/** A task with its key: a hash of what it asks for, and an ordinal among equals. */
export interface Task extends TaskInput {
  /** Stable over runs: the same work has the same id, whatever its place in the list. */
  readonly id: string;
  readonly index: number;
  /** The ids of the tasks that it waits for. */
  readonly after?: readonly string[];
}
