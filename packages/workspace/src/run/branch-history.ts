/** What a step of the branch did to which files there are. */
export interface StepShape {
  readonly adds: boolean;
  readonly removes: boolean;
}

/** Where it is not known what a step did. */
export const ANY_SHAPE: StepShape = { adds: true, removes: true };

/** The commits that are known to be on the run's branch. */
export class BranchHistory {
  /** Each with its place in the line of those that this process has put there one upon the other. */
  readonly #places = new Map<string, number>();
  #last = 0;
  #lineBegins = 0;
  #lastAddition = 0;
  #lastRemoval = 0;

  constructor(tip: string) {
    this.#places.set(tip, 0);
  }

  has(commit: string): boolean {
    return this.#places.has(commit);
  }

  /** The branch went one commit further. */
  append(commit: string, { adds, removes }: StepShape): void {
    this.#last += 1;
    this.#places.set(commit, this.#last);
    if (adds) this.#lastAddition = this.#last;
    if (removes) this.#lastRemoval = this.#last;
  }

  /** The branch is there now, and it is not known how that came about. */
  jump(commit: string): void {
    this.append(commit, ANY_SHAPE);
    this.#lineBegins = this.#last;
  }

  /**
   * What the steps since a commit did. `null` where the branch did not come from there step by step, as far
   * as is known.
   */
  since(commit: string): StepShape | null {
    const place = this.#places.get(commit);
    if (place === undefined || place < this.#lineBegins) return null;
    return { adds: this.#lastAddition > place, removes: this.#lastRemoval > place };
  }
}
