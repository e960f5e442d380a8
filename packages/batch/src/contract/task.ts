/** One unit of work as its source gives it. Paths are relative to the repository's root, with `/`. */
export interface TaskInput {
  readonly prompt: string;
  readonly files: readonly string[];
  readonly readOnlyFiles?: readonly string[];
  /** @default the run's */
  readonly model?: string;
  /** @default the run's */
  readonly verify?: string;
}

/** A task with its key: a hash of what it asks for, and an ordinal among equals. */
export interface Task extends TaskInput {
  /** Stable over runs: the same work has the same id, whatever its place in the list. */
  readonly id: string;
  readonly index: number;
}
