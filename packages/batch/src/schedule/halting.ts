import type { FailurePolicy } from "./failure-policy.ts";

/**
 * Counts tasks that ended in a row for a reason that the next ones would meet too. Another reason
 * in between neither adds nor takes away; a task whose turn ended well, or whose failure shows that
 * the provider answers, sets it back.
 */
export class HaltCounter {
  readonly #after: number;
  #inRow = 0;

  /** @param after How many in a row halt the run; `Infinity`: none do. */
  constructor(after: number) {
    this.#after = after;
  }

  /** Notes how a task ended. Returns whether the run is to halt. */
  note(bearing: FailurePolicy["bearing"]): boolean {
    if (bearing === "resets") this.#inRow = 0;
    if (bearing === "halts") this.#inRow += 1;
    return bearing === "halts" && this.#inRow >= this.#after;
  }
}
