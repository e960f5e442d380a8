import type { TaskOutcome } from "./evidence.ts";
import type { Task } from "./task.ts";

/** One transition of a run. A journal has committed it before anybody acts on it. */
export type Transition =
  | { readonly type: "task.planned"; readonly task: Task }
  | { readonly type: "attempt.opened"; readonly task: string; readonly token: number }
  | {
      readonly type: "attempt.committed";
      readonly task: string;
      readonly token: number;
      readonly commit: string;
    }
  | {
      readonly type: "attempt.failed";
      readonly task: string;
      readonly token: number;
      readonly message: string;
    }
  | { readonly type: "task.ended"; readonly token: number | null; readonly outcome: TaskOutcome };

/** Where a task stands in the journal. */
export interface JournalEntry {
  readonly task: Task;
  /** The token of its newest attempt; tokens only grow. 0 before the first. */
  readonly token: number;
  readonly outcome: TaskOutcome | null;
}

/**
 * The run's memory. Each method resolves when the transition would survive what the journal promises
 * to survive: nothing for the one in memory, the death of the process for SQLite.
 */
export interface Journal {
  plan(tasks: readonly Task[]): Promise<void>;
  /** Opens an attempt and returns its token, which fences every older one. */
  open(task: string): Promise<number>;
  /** @throws {BatchError} ATTEMPT_FENCED when `token` is not the task's newest. */
  record(
    transition: Exclude<Transition, { type: "task.planned" | "attempt.opened" }>,
  ): Promise<void>;
  entries(): Promise<readonly JournalEntry[]>;
  close(): Promise<void>;
}
