import type { Clock } from "@cluster/manager";
import { failureOf } from "../attempt/failure-of.ts";
import { NO_EVIDENCE } from "../attempt/no-evidence.ts";
import type { Reason, TaskOutcome } from "../contract/evidence.ts";
import type { Attempt, AttemptResult, Executor } from "../contract/executor.ts";
import type { Sequel } from "../contract/journal.ts";
import type { Outcome } from "../contract/outcome.ts";
import type { LandingPlace } from "../contract/site.ts";
import { listSome } from "../errors/list-some.ts";
import { type Decision, decide, type RetryLimits } from "../schedule/decide.ts";
import { Dispatcher, type TurnTicket } from "../schedule/dispatcher.ts";
import type { FailurePolicy } from "../schedule/failure-policy.ts";
import { Halting } from "../schedule/halting.ts";
import { HeldTasks, type ReleasedTasks } from "./held-tasks.ts";
import { reasonWithoutChange } from "./no-change-reason.ts";
import { type AttemptEnd, OutcomeWriter } from "./outcome-writer.ts";
import type { Recorder } from "./recorder.ts";
import { type AttemptDefaults, attemptOf, reasonOf, type TaskState } from "./task-state.ts";

const NOT_MADE_AGAIN: Reason = {
  failureClass: null,
  code: "CONFLICT",
  message:
    "The edit does not fit what landed before it, and a second turn on top of that changed nothing. The edit is kept, not landed.",
};

/** What a {@link Conductor} works with. */
export interface ConductorOptions {
  readonly recorder: Recorder;
  readonly executor: Executor;
  /** How many turns are taken at once, at this moment. */
  readonly turns: () => number;
  readonly branch: LandingPlace;
  /** Tasks that are to be attempted. */
  readonly tasks: readonly TaskState[];
  /** Tasks whose newest attempt has a commit that was never landed, with that commit. */
  readonly committed?: readonly { readonly state: TaskState; readonly commit: string }[];
  readonly limits: RetryLimits;
  readonly haltAfter: number;
  readonly clock: Clock;
  readonly defaults: Omit<AttemptDefaults, "base">;
}

/**
 * Takes every task to exactly one outcome: attempt → decision → landing, or another attempt. A lane
 * is free again as soon as its attempt's commit exists; landing goes on beside it.
 */
export class Conductor {
  readonly #options: ConductorOptions;
  readonly #dispatcher: Dispatcher<TaskState>;
  readonly #held: HeldTasks;
  readonly #halting: Halting;
  readonly #writer: OutcomeWriter;
  readonly #abort = new AbortController();
  readonly #draining = new AbortController();
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers();
  #remaining: number;
  #haltReason: string | null = null;
  #closedBecause: string | null = null;
  readonly #left: TaskOutcome[] = [];

  constructor(options: ConductorOptions) {
    this.#options = options;
    const { tasks, committed = [], recorder } = options;
    this.#remaining = tasks.length + committed.length;
    const landing = committed.map(({ state }) => state);
    this.#held = new HeldTasks(tasks, landing, recorder.journal);
    const never = Number.POSITIVE_INFINITY;
    const rules = { failures: never, share: never, sameReason: never };
    this.#halting = new Halting({ ...rules, inRow: options.haltAfter });
    this.#writer = new OutcomeWriter(options.recorder, options.branch);
    this.#dispatcher = new Dispatcher({
      get slots() {
        return options.executor.workers;
      },
      get turns() {
        return options.turns();
      },
      clock: options.clock,
      start: (state) => this.#guarded(() => this.#attempt(state)),
    });
  }

  /** Why the run was halted, if it was. */
  get haltReason(): string | null {
    return this.#haltReason;
  }

  /** How the tasks stand that were left without an outcome: a later process may go on with them. */
  get left(): readonly TaskOutcome[] {
    return this.#left;
  }

  /**
   * Begins, and resolves when every task has its outcome, or was left when the run was told to end.
   * Rejects when the journal fails.
   */
  run(): Promise<void> {
    const { committed = [] } = this.#options;
    if (this.#remaining === 0) this.#ended.resolve();
    for (const { state, commit } of committed) void this.#guarded(() => this.#land(state, commit));
    void this.#guarded(() => this.#release(this.#held.begin()));
    return this.#ended.promise;
  }

  /** There may be more to do at once than before. */
  wake(): void {
    this.#dispatcher.add([]);
  }

  /** Starts nothing more, not even the turns of attempts that wait for an instance; turns that run end. */
  drain(reason: string): void {
    if (this.#closedBecause !== null) return;
    this.#closedBecause = reason;
    const waiting = [...this.#dispatcher.close(), ...this.#held.letGo()];
    this.#draining.abort();
    void this.#guarded(async () => {
      for (const state of waiting) await this.#leave(state);
    });
  }

  /** Starts nothing more and stops what runs. */
  stop(reason: string): void {
    this.drain(reason);
    this.#abort.abort(new Error(reason));
  }

  #halt(reason: string): void {
    if (this.#closedBecause !== null) return;
    this.#haltReason = reason;
    this.#options.recorder.publish({ type: "run.state", state: "draining", reason });
    this.drain(reason);
  }

  async #attempt(state: TaskState): Promise<void> {
    const { recorder, branch, defaults } = this.#options;
    const { task } = state;
    state.token = await recorder.journal.open(task.id);
    const id = { task: task.id, index: task.index, attempt: state.token };
    recorder.publish({ type: "attempt.started", ...id, files: task.files });
    const attempt = attemptOf(state, { ...defaults, base: branch.tip() });
    const ticket = this.#dispatcher.ticket();
    try {
      await this.#conduct(state, attempt, ticket);
    } finally {
      ticket.end();
    }
  }

  /** Makes an attempt, and decides on its result. */
  async #conduct(state: TaskState, attempt: Attempt, ticket: TurnTicket): Promise<void> {
    const { recorder, executor, limits } = this.#options;
    const { task } = state;
    const id = { task: task.id, index: task.index, attempt: state.token };
    const calledOff = AbortSignal.any([this.#abort.signal, this.#draining.signal]);
    const result = recorder.redact(
      await executor
        .execute(attempt, {
          signal: this.#abort.signal,
          draining: this.#draining.signal,
          turn: { ...ticket, begin: () => ticket.begin(calledOff) },
          emit: (progress) => {
            if (progress.instance !== null) state.leased(recorder.now());
            recorder.publish({ type: "attempt.stage", ...id, ...progress });
          },
        })
        .catch(unexpected),
    );
    state.learn(result);
    const decision = decide(result, state, limits);
    if (decision.kind === "land") {
      const commit = result.evidence.commit as string;
      await this.#writer.committed(state, result);
      void this.#guarded(() => this.#land(state, commit));
      return;
    }
    if (decision.kind === "retry") await this.#retry(state, result, decision);
    else await this.#settle(state, result, decision);
  }

  /** Puts a commit onto the run's branch. One that does not fit is made again on the new tip, once. */
  async #land(state: TaskState, commit: string): Promise<void> {
    const landing = await this.#options.branch.land(commit).catch((error: unknown) => ({
      kind: "failed" as const,
      reason: reasonOf(failureOf("landing", error)),
    }));
    if (landing.kind === "failed") {
      await this.#end(state, "infra-error", landing.reason, "halts");
      return;
    }
    if (landing.kind === "landed") {
      state.keep({ commit: landing.commit });
      await this.#end(state, "landed", null, "resets");
      return;
    }
    const where = listSome(landing.files);
    const message = `The edit does not fit what landed before it, in ${where}.`;
    const reason: Reason = { failureClass: null, code: "CONFLICT", message };
    if (state.replayed) {
      await this.#end(state, "conflict", reason, "resets");
      return;
    }
    state.replayed = true;
    await this.#again(state, "replay", { outcome: "conflict", reason, result: null }, 0);
  }

  async #retry(
    state: TaskState,
    result: AttemptResult,
    decision: Extract<Decision, { kind: "retry" }>,
  ): Promise<void> {
    const { recorder } = this.#options;
    if (decision.pause) {
      state.refusals += 1;
      if (this.#closedBecause === null) {
        const until = this.#dispatcher.pause(decision.afterMs);
        recorder.publish({ type: "run.paused", until, reason: result.failure?.message ?? "quota" });
      }
    } else {
      state.retries += 1;
    }
    const { outcome, afterMs } = decision;
    const end = { outcome, reason: reasonOf(result.failure), result };
    await this.#again(state, decision.pause ? "quota" : "retry", end, afterMs);
  }

  /** Gives a task back for another attempt, or ends it when nothing new starts any more. */
  async #again(state: TaskState, sequel: Sequel, end: AttemptEnd, afterMs: number): Promise<void> {
    const { outcome, reason } = end;
    state.pending = { outcome, reason };
    const goesOn = this.#closedBecause === null;
    await this.#writer.failed(state, sequel, end, goesOn);
    if (!goesOn || !this.#dispatcher.addAfter(state, afterMs)) await this.#leave(state);
  }

  async #settle(
    state: TaskState,
    result: AttemptResult,
    { outcome, bearing }: Extract<Decision, { kind: "end" }>,
  ): Promise<void> {
    const { failure, verdict } = result;
    const reason = verdict === "no-change" ? reasonWithoutChange(result) : reasonOf(failure);
    if (verdict === "no-change" && state.replayed && state.commit !== null) {
      await this.#end(state, "conflict", NOT_MADE_AGAIN, bearing);
      return;
    }
    if (verdict === "cancelled") {
      // Of a retry that did not begin, how the attempt before it ended is what is known.
      if (state.pending === null || this.#abort.signal.aborted) state.pending = this.#cancelled();
      await this.#writer.failed(state, "left", { ...state.pending, result }, false);
      await this.#leave(state);
      return;
    }
    // A lease is refused only when no instance can come back by itself.
    const noneLeft = failure?.stage === "lease" && failure.code === "INSTANCE_UNAVAILABLE";
    const nothingLanded = this.#options.recorder.status.counts.landed === 0;
    if (noneLeft && (nothingLanded || this.#waiting > 0)) {
      this.#halt(`No instance is left to work with: ${failure.message}`);
    }
    await this.#end(state, outcome, reason, bearing);
  }

  /**
   * Leaves a task that waits for an attempt, since nothing new starts any more. It has no outcome in the
   * journal: whoever goes on with the run goes on with it.
   */
  async #leave(state: TaskState): Promise<void> {
    const { outcome, reason } = state.pending ?? this.#cancelled();
    this.#left.push(await this.#writer.left(state, outcome, reason));
    this.#oneLess();
  }

  #cancelled(): { readonly outcome: "cancelled"; readonly reason: Reason } {
    const message = this.#closedBecause ?? "stopped";
    return { outcome: "cancelled", reason: { failureClass: null, code: null, message } };
  }

  /** Ends a task out of an attempt. */
  async #end(
    state: TaskState,
    outcome: Outcome,
    reason: Reason | null,
    bearing: FailurePolicy["bearing"],
  ): Promise<void> {
    await this.#writer.ended(state, outcome, reason);
    this.#oneLess();
    await this.#release(this.#held.ended(state.task, outcome));
    const why = this.#halting.note({ outcome, reason, files: state.task.files }, bearing);
    // Where nothing is left to start, nothing is saved by giving up, and what landed is wanted.
    if (why !== null && this.#waiting > 0) this.#halt(why);
  }

  /** Lets tasks begin that waited for others, and ends those that waited in vain. */
  async #release({ ready, skipped }: ReleasedTasks): Promise<void> {
    this.#dispatcher.add(ready);
    for (const { state, reason } of skipped) {
      await this.#writer.skipped(state, reason);
      this.#oneLess();
    }
  }

  /** How many tasks are still to begin. */
  get #waiting(): number {
    return this.#dispatcher.waiting + this.#held.size;
  }

  #oneLess(): void {
    this.#remaining -= 1;
    if (this.#remaining === 0) this.#ended.resolve();
  }

  /** What fails here is the journal: without it nothing can go on. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.stop(`The run itself failed: ${String(error)}`);
      this.#ended.reject(error);
    }
  }
}

/** An executor answers with results; one that rejects all the same is not believed to have done anything. */
function unexpected(error: unknown): AttemptResult {
  return {
    verdict: "failed",
    failure: { ...failureOf("lease", error), failureClass: null },
    evidence: NO_EVIDENCE,
    outsideCommit: null,
  };
}
