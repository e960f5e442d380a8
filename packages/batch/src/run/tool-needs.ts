import type { Task } from "../contract/task.ts";
import type { Crew } from "../crew/crew.ts";

/** Which tools a run still needs: those that a task without an outcome may be given to. */
export class ToolNeeds {
  readonly #crew: Crew;
  readonly #open = new Map<string, number>();

  constructor(tasks: readonly Pick<Task, "tool">[], crew: Crew) {
    this.#crew = crew;
    for (const { tool } of tasks) {
      for (const name of crew.candidates(tool).names) {
        this.#open.set(name, (this.#open.get(name) ?? 0) + 1);
      }
    }
  }

  /** A task has its outcome. Returns the tools for which it was the last. */
  ended({ tool }: Pick<Task, "tool">): readonly string[] {
    return this.#crew.candidates(tool).names.filter((name) => {
      const left = (this.#open.get(name) ?? 0) - 1;
      this.#open.set(name, left);
      return left === 0;
    });
  }
}
