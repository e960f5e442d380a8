/** One edit that the model has written into an answer. */
export interface SaidEdit {
  /** The call it answered. */
  readonly call: number;
  readonly task: string;
  readonly path: string;
  /** What the file was, `null` when it was to be new, and what it was to be. */
  readonly before: string | null;
  readonly after: string;
  /**
   * - `task`: to the task's own file
   * - `new`: to a new file that the task does not name
   * - `foreign`: to an existing file that the task does not name, which aider may not touch
   */
  readonly where: "task" | "new" | "foreign";
}
