import type { TaskInput } from "@cluster/batch";

/** What a program that is to be killed is told on its command line, as JSON. */
export interface LibraryOrder {
  readonly how: "start" | "resume";
  readonly repository: string;
  readonly python: string;
  /** The folder in which the tool writes down its edits. */
  readonly state: string;
  readonly tasks: readonly TaskInput[];
  readonly workers: number;
  readonly context: "fresh" | "reset";
  readonly durability: "process" | "power";
}

/** Its exit code when there is no run to go on with, or nothing left to do. */
export const NOTHING_BEGUN = 64;
export const COMPLETE = 65;
