import type { Outcome } from "../contract/outcome.ts";
import type { LandingPlace } from "../contract/site.ts";
import type { Recorder } from "./recorder.ts";
import type { AttemptEdit, TaskState } from "./task-state.ts";

/** Parks what did not land: no edit is dropped. */
export class KeptEdits {
  readonly #recorder: Recorder;
  readonly #branch: LandingPlace;

  constructor(recorder: Recorder, branch: LandingPlace) {
    this.#recorder = recorder;
    this.#branch = branch;
  }

  /**
   * The task is tried again, and the edits of the attempt that failed may be wanted then. Where nothing can be
   * let go of, they are kept at its end.
   */
  async untilItEnds(state: TaskState, edits: readonly AttemptEdit[]): Promise<void> {
    if (this.#branch.unpark === undefined) return;
    await this.#guarded(state, async () => {
      for (const edit of edits) await this.#branch.park(edit.commit, attemptName(state, edit));
    });
  }

  /** The task has ended like this, or is left: its edits get the names that a report tells. */
  async forGood(state: TaskState, outcome: Outcome): Promise<void> {
    const landed = outcome === "landed";
    await this.#guarded(state, async () => {
      const earlierRefs: string[] = [];
      for (const edit of state.earlierEdits) {
        // Made again and landed: what is on the branch stands for it.
        if (edit.where === "inside" && landed) continue;
        earlierRefs.push(await this.#branch.park(edit.commit, attemptName(state, edit)));
        state.keep({ earlierRefs: [...earlierRefs] });
      }
      for (const edit of state.failedEdits) {
        const isLast = edit.commit === state.commit || edit.commit === state.outsideCommit;
        if (!isLast || (landed && edit.where === "inside")) {
          await this.#branch.unpark?.(edit.commit, nameOf(state, edit));
        }
      }
      if (!landed && state.commit !== null) {
        const last = { where: "inside" } as const;
        state.keep({ parkedRef: await this.#branch.park(state.commit, nameOf(state, last)) });
      }
      if (state.outsideCommit !== null) {
        const last = { where: "outside" } as const;
        const outsideRef = await this.#branch.park(state.outsideCommit, nameOf(state, last));
        state.keep({ outsideRef });
      }
      await this.#letGo(state, landed);
    });
  }

  /** What has another name by now, or is on the branch in another shape. */
  async #letGo(state: TaskState, landed: boolean): Promise<void> {
    for (const edit of state.failedEdits) {
      const isLast = edit.commit === state.commit || edit.commit === state.outsideCommit;
      if (!isLast && !(landed && edit.where === "inside")) continue;
      await this.#branch.unpark?.(edit.commit, attemptName(state, edit));
    }
  }

  async #guarded(state: TaskState, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { id } = state.task;
      this.#recorder.warn(`An edit of task ${id} could not be kept under a ref: ${String(error)}`);
    }
  }
}

/** What the last edit of a task is kept as. */
function nameOf({ task }: TaskState, { where }: Pick<AttemptEdit, "where">): string {
  return where === "inside" ? task.id : `${task.id}-outside`;
}

/** What an edit is kept as that another one may follow. */
function attemptName(state: TaskState, edit: AttemptEdit): string {
  return `${nameOf(state, edit)}-attempt-${edit.attempt}`;
}
