import type { TaskOutcome } from "../contract/evidence.ts";
import { GRADES } from "../report/grade.ts";
import { reasonShape } from "../report/reason-shape.ts";
import type { FailurePolicy } from "./failure-policy.ts";

/** When a run gives up. `Infinity` switches a rule off. */
export interface HaltRules {
  /** So many tasks in a row that ended for a reason which the next ones would meet too. */
  readonly inRow: number;
  /** So many failed tasks in all. */
  readonly failures: number;
  /** Failed tasks as a part of those that ended, from 0 to 1, once {@link SHARE_AFTER} have. */
  readonly share: number;
  /** So many tasks that failed for the same reason, paths and numbers in it aside. */
  readonly sameReason: number;
}

/** Why it is enough. */
export interface Halt {
  readonly reason: string;
  /** The tool whose tasks fail alike, so that those of others need not; `null`: it holds for all. */
  readonly tool: string | null;
}

/** Fewer tasks than that say nothing about a share. */
const SHARE_AFTER = 10;

/** Counts how tasks end, and says when it is enough. What an earlier session of the run did is not counted. */
export class Halting {
  readonly #rules: HaltRules;
  /** By the tool that tasks ended with. */
  readonly #inRow = new Map<string | null, number>();
  #ended = 0;
  #failed = 0;
  readonly #byReason = new Map<string, number>();

  constructor(rules: HaltRules) {
    this.#rules = rules;
  }

  /**
   * Notes how a task ended. Returns why the run is to halt, or `null`.
   * @param bearing `halts`: one more in a row. `resets`: the provider answered, so that a new row begins.
   *   `neutral`: neither.
   * @param tool The one that it ended with. What git or the disk refuses is refused to all of them.
   */
  note(
    task: Pick<TaskOutcome, "outcome" | "reason" | "files">,
    bearing: FailurePolicy["bearing"],
    tool: string | null = null,
  ): Halt | null {
    const whose = task.outcome === "infra-error" ? null : tool;
    const said = task.reason?.message ?? task.outcome;
    this.#ended += 1;
    if (bearing === "resets") for (const one of [whose, null]) this.#inRow.delete(one);
    if (bearing === "halts") {
      const count = (this.#inRow.get(whose) ?? 0) + 1;
      this.#inRow.set(whose, count);
      if (count >= this.#rules.inRow) {
        const many = count === 1 ? "A task" : `${count} tasks in a row`;
        const by = whose === null ? "" : ` with ${whose}`;
        const reason = `${many}${by} failed alike, and the next ones would too. ${said}`;
        return { reason, tool: whose };
      }
    }
    const reason = this.#enough(task, said);
    return reason === null ? null : { reason, tool: null };
  }

  #enough(task: Pick<TaskOutcome, "outcome" | "reason" | "files">, said: string): string | null {
    const { failures, share, sameReason } = this.#rules;
    const grade = GRADES[task.outcome];
    if (grade !== "failed" && grade !== "broken") return null;
    this.#failed += 1;
    const shape = reasonShape(task);
    const alike = (this.#byReason.get(shape) ?? 0) + 1;
    this.#byReason.set(shape, alike);
    if (alike >= sameReason) return `${tasks(alike)} failed for the same reason. ${said}`;
    if (this.#failed >= failures) return `${tasks(this.#failed)} failed. The last: ${said}`;
    if (this.#ended >= SHARE_AFTER && this.#failed >= share * this.#ended) {
      return `${this.#failed} of ${this.#ended} tasks failed. The last: ${said}`;
    }
    return null;
  }
}

function tasks(count: number): string {
  return count === 1 ? "1 task" : `${count} tasks`;
}
