import type { TaskInput } from "@cluster/batch";

/** What is to be run, however it is driven. */
export interface RunOrder {
  readonly repository: string;
  /** The interpreter of the tool. */
  readonly python: string;
  /** The folder in which the tool writes down its edits. */
  readonly state: string;
  readonly tasks: readonly TaskInput[];
  readonly workers: number;
  readonly context: "fresh" | "reset";
  readonly durability: "process" | "power";
}
