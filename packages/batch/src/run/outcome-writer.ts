import type { Reason, TaskOutcome } from "../contract/evidence.ts";
import type { AttemptResult } from "../contract/executor.ts";
import type { Sequel } from "../contract/journal.ts";
import type { Outcome } from "../contract/outcome.ts";
import type { LandingPlace } from "../contract/site.ts";
import { KeptEdits } from "./kept-edits.ts";
import type { Recorder } from "./recorder.ts";
import type { TaskState } from "./task-state.ts";

/** How an attempt ended that was not the last. */
export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly result: AttemptResult | null;
}

/** Writes how attempts and tasks end: into the journal first, then to the subscribers. */
export class OutcomeWriter {
  readonly #recorder: Recorder;
  readonly #kept: KeptEdits;

  constructor(recorder: Recorder, branch: LandingPlace) {
    this.#recorder = recorder;
    this.#kept = new KeptEdits(recorder, branch);
  }

  /** An attempt has an edit that may land. */
  async committed(state: TaskState, result: AttemptResult): Promise<void> {
    const { id, index } = state.task;
    const { token } = state;
    const { instance } = result.evidence;
    await this.#recorder.journal.record({ type: "attempt.committed", task: id, token, result });
    this.#recorder.publish({
      type: "attempt.stage",
      task: id,
      index,
      attempt: token,
      stage: "landing",
      instance,
    });
  }

  /**
   * An attempt failed and was not the last. Its result is `null` when it was recorded as committed.
   * @param goesOn Whether the next one is made by this process.
   */
  async failed(state: TaskState, sequel: Sequel, end: AttemptEnd, goesOn: boolean): Promise<void> {
    const { outcome, reason, result } = end;
    const { token, task } = state;
    const failed = { type: "attempt.failed", task: task.id, token, sequel } as const;
    await this.#recorder.journal.record({ ...failed, outcome, reason, result });
    const edits = state.failed();
    if (goesOn) await this.#kept.untilItEnds(state, edits);
    this.#publishAttemptEnd(state, outcome, reason?.message ?? outcome, goesOn);
  }

  /** A task is left without an outcome. How it stands is told, and not recorded. */
  async left(state: TaskState, outcome: Outcome, reason: Reason | null): Promise<TaskOutcome> {
    const recorder = this.#recorder;
    await this.#kept.forGood(state, outcome);
    const left = recorder.redact({
      ...state.outcome(outcome, reason, recorder.now()),
      left: true as const,
    });
    recorder.publish({ type: "task.ended", outcome: left });
    return left;
  }

  /** A task has its outcome, out of an attempt. */
  async ended(state: TaskState, outcome: Outcome, reason: Reason | null): Promise<TaskOutcome> {
    const ended = await this.settle(state, outcome, reason);
    this.#publishAttemptEnd(state, outcome, reason?.message ?? null, false);
    this.#recorder.publish({ type: "task.ended", outcome: ended });
    return ended;
  }

  /** A task has its outcome without an attempt, or without another one. */
  async skipped(state: TaskState, reason: Reason): Promise<void> {
    const ended = await this.settle(state, "skipped", reason);
    this.#recorder.publish({ type: "task.ended", outcome: ended });
  }

  /** Records an outcome of which nobody is told: it was so before anybody listened. */
  async settle(state: TaskState, outcome: Outcome, reason: Reason | null): Promise<TaskOutcome> {
    const recorder = this.#recorder;
    await this.#kept.forGood(state, outcome);
    const ended = recorder.redact(state.outcome(outcome, reason, recorder.now()));
    const token = state.token === 0 ? null : state.token;
    await recorder.journal.record({ type: "task.ended", token, outcome: ended });
    return ended;
  }

  /** Keeps the edits of a task that is given up, and says under which refs. */
  async keep(state: TaskState): Promise<readonly string[]> {
    await this.#kept.forGood(state, "cancelled");
    return state.keptAs;
  }

  #publishAttemptEnd(
    state: TaskState,
    outcome: Outcome,
    message: string | null,
    retried: boolean,
  ): void {
    const { id, index } = state.task;
    this.#recorder.publish({
      type: "attempt.ended",
      task: id,
      index,
      attempt: state.token,
      instance: state.instance,
      outcome,
      message,
      retried,
    });
  }
}
