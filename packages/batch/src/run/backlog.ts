import type { TaskOutcome } from "../contract/evidence.ts";
import type { Journal } from "../contract/journal.ts";
import type { CanaryDecision } from "../schedule/canary.ts";
import { CanaryTrial, type CanaryTrialOptions } from "./canary-trial.ts";
import { HeldTasks, type ReleasedTasks } from "./held-tasks.ts";
import type { TaskState } from "./task-state.ts";

/** What a {@link Backlog} is made of. */
export interface BacklogOptions {
  /** Tasks to be attempted. */
  readonly tasks: readonly TaskState[];
  /** Tasks that have an edit which is to land. */
  readonly committed: readonly TaskState[];
  readonly journal: Journal;
  /** How the first tasks are tried; `null`: they are not. */
  readonly canary: CanaryTrialOptions | null;
}

/** Tasks that may not begin yet: they follow others, or wait until the first ones have been tried. */
export class Backlog {
  readonly #held: HeldTasks;
  readonly #options: BacklogOptions;
  /** Until it is over. */
  #canary: CanaryTrial | null = null;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#held = new HeldTasks(options.tasks, options.committed, options.journal);
  }

  get size(): number {
    return this.#held.size + (this.#canary?.waiting ?? 0);
  }

  /** What begins at once, and what never will. */
  begin(): ReleasedTasks {
    const { tasks, canary } = this.#options;
    const released = this.#held.begin();
    if (canary === null || canary.canary.tasks >= tasks.length) return released;
    this.#canary = new CanaryTrial(released.ready, canary);
    return { ...released, ready: this.#canary.first };
  }

  /** Notes how a task ended. Says what begins, what never will, and whether the trial is to be judged. */
  ended(state: TaskState, outcome: TaskOutcome): ReleasedTasks & { readonly trialIsOver: boolean } {
    const released = this.#held.ended(state.task, outcome.outcome);
    if (this.#canary === null) return { ...released, trialIsOver: false };
    this.#canary.hold(released.ready);
    return { ...released, ready: [], trialIsOver: this.#canary.ended(outcome) };
  }

  /** Judges the trial. Says what begins when it was accepted. */
  async judge(
    signal: AbortSignal,
  ): Promise<CanaryDecision & { readonly ready: readonly TaskState[] }> {
    const canary = this.#canary as CanaryTrial;
    const decision = await canary.judge(signal, this.#held.waiting);
    if (!decision.goesOn) return { ...decision, ready: [] };
    this.#canary = null;
    return { ...decision, ready: canary.release() };
  }

  /** Nothing more begins: all that waited are the caller's. */
  letGo(): TaskState[] {
    return [...(this.#canary?.release() ?? []), ...this.#held.letGo()];
  }
}
