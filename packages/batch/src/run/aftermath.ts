import type { Reason } from "../contract/evidence.ts";
import type { AttemptFailure, AttemptResult } from "../contract/executor.ts";
import type { Sequel } from "../contract/journal.ts";
import type { Outcome } from "../contract/outcome.ts";
import type { LandingPlace } from "../contract/site.ts";
import { type Decision, decide, type RetryLimits } from "../schedule/decide.ts";
import type { FailurePolicy } from "../schedule/failure-policy.ts";
import type { Halt } from "../schedule/halting.ts";
import { type Closing, type Standing, unattempted } from "./closing.ts";
import { landEdit, NOT_MADE_AGAIN } from "./land-edit.ts";
import type { Limits } from "./limits.ts";
import { reasonWithoutChange } from "./no-change-reason.ts";
import type { AttemptEnd, OutcomeWriter } from "./outcome-writer.ts";
import type { Recorder } from "./recorder.ts";
import { reasonOf, type TaskState } from "./task-state.ts";

/** What an {@link Aftermath} works with. */
export interface AftermathOptions {
  readonly recorder: Recorder;
  readonly branch: LandingPlace;
  readonly writer: OutcomeWriter;
  readonly limits: Limits;
  readonly retry: RetryLimits;
  /** A task that changes nothing has failed. */
  readonly requireChange: boolean;
}

/** The run that attempts are made in, as far as it matters to what follows from them. */
export interface AftermathHome {
  /** Why nothing more starts; `null` while it does. */
  closing(): Closing | null;
  /** Turns are stopped. */
  isStopped(): boolean;
  /** How many tasks are still to begin. */
  waiting(): number;
  /** Gives up: all of it, or what only one tool could do. */
  halt(halt: Halt): void;
  /** Another attempt at the task; `false` when nothing new starts any more. */
  again(state: TaskState, afterMs: number, where: "first" | "last"): boolean;
  end(
    state: TaskState,
    outcome: Outcome,
    reason: Reason | null,
    bearing: FailurePolicy["bearing"],
  ): Promise<void>;
  /** The task stays without an outcome. */
  leave(state: TaskState): Promise<void>;
  /** Work that nobody waits for. */
  beside(work: () => Promise<void>): void;
}

/** What follows from an attempt: its edit lands, the task is tried again, or it has its outcome. */
export class Aftermath {
  readonly #options: AftermathOptions;
  readonly #home: AftermathHome;
  /** The tools that had an instance ready for a task, in this session of the run. */
  readonly #gotReady = new Set<string>();

  constructor(options: AftermathOptions, home: AftermathHome) {
    this.#options = options;
    this.#home = home;
  }

  /** Decides what follows, and sees to it. A landing goes on beside. */
  async follow(state: TaskState, result: AttemptResult, probe: boolean): Promise<void> {
    const { limits, writer, retry } = this.#options;
    state.learn(result);
    if (result.evidence.instance !== null) this.#gotReady.add(limits.toolOf(state));
    const mayGoOver = result.failure !== null && limits.goesOver(state, result.failure);
    const decision = decide(result, { ...limits.historyOf(state), mayGoOver }, retry);
    if (decision.kind === "land") {
      const commit = result.evidence.commit as string;
      await writer.committed(state, result);
      this.#home.beside(() => this.land(state, commit));
      return;
    }
    // A task that is refused for its size must not be every probe.
    const where = probe ? "last" : "first";
    if (decision.kind === "retry") await this.#retry(state, result, decision, where);
    else await this.#settle(state, result, decision);
  }

  /** Puts a commit onto the run's branch. One that does not fit is made again on the new tip, once. */
  async land(state: TaskState, commit: string): Promise<void> {
    const landing = await landEdit(this.#options.branch, commit);
    if (landing.kind === "failed") {
      await this.#home.end(state, "infra-error", landing.reason, "halts");
      return;
    }
    if (landing.kind === "landed") {
      const { commit: landed, parkedRef = null } = landing;
      state.keep({ commit: landed, parkedRef });
      await this.#home.end(state, "landed", null, "resets");
      return;
    }
    const { reason } = landing;
    if (state.replayed) {
      await this.#home.end(state, "conflict", reason, "resets");
      return;
    }
    state.replayed = true;
    await this.#again(state, "replay", { outcome: "conflict", reason, result: null }, 0);
  }

  async #retry(
    state: TaskState,
    result: AttemptResult,
    { sequel, outcome, afterMs }: Extract<Decision, { kind: "retry" }>,
    where: "first" | "last",
  ): Promise<void> {
    if (sequel === "retry") state.retries += 1;
    if (sequel === "quota") state.refusals += 1;
    const end = { outcome, reason: reasonOf(result.failure), result };
    await this.#again(state, sequel, end, afterMs, where);
  }

  /** Gives a task back for another attempt, or leaves it when nothing new starts any more. */
  async #again(
    state: TaskState,
    sequel: Sequel,
    end: AttemptEnd,
    afterMs: number,
    where: "first" | "last" = "first",
  ): Promise<void> {
    const { outcome, reason } = end;
    state.pending = { outcome, reason };
    const goesOn = this.#home.closing() === null;
    await this.#options.writer.failed(state, sequel, end, goesOn);
    if (!goesOn || !this.#home.again(state, afterMs, where)) await this.#home.leave(state);
  }

  async #settle(
    state: TaskState,
    result: AttemptResult,
    { outcome, bearing }: Extract<Decision, { kind: "end" }>,
  ): Promise<void> {
    const { failure, verdict } = result;
    const { requireChange } = this.#options;
    const reason =
      verdict === "no-change"
        ? reasonWithoutChange(result, { landedBefore: state.landedBefore, requireChange })
        : reasonOf(failure);
    if (verdict === "no-change" && state.replayed && state.commit !== null) {
      await this.#home.end(state, "conflict", NOT_MADE_AGAIN, bearing);
      return;
    }
    if (verdict === "cancelled") {
      // Of a retry that did not begin, how the attempt before it ended is what is known.
      if (state.pending === null || this.#home.isStopped())
        state.pending = unattempted(this.#home.closing());
      await this.#leave(state, state.pending, result);
      return;
    }
    if (failure !== null && this.#isUntried(state, failure)) {
      await this.#leave(state, { outcome, reason }, result);
      return;
    }
    await this.#home.end(state, outcome, reason, bearing);
  }

  /** Its attempt came to nothing, and whoever goes on with the run makes it again. */
  async #leave(state: TaskState, standing: Standing, result: AttemptResult): Promise<void> {
    state.pending = standing;
    await this.#options.writer.failed(state, "left", { ...standing, result }, false);
    await this.#home.leave(state);
  }

  /**
   * A lease is refused only when no instance can come back by itself: the task was not tried, and the run gives up.
   * A tool that is lost with the last tasks does not keep back what landed before: they have failed.
   */
  #isUntried(state: TaskState, failure: AttemptFailure): boolean {
    if (failure.stage !== "lease" || failure.code !== "INSTANCE_UNAVAILABLE") return false;
    if (this.#home.closing() !== null) return true;
    const { limits, recorder } = this.#options;
    const tool = limits.toolOf(state);
    const isLast = this.#gotReady.has(tool) && this.#home.waiting() === 0;
    if (isLast && recorder.status.counts.landed > 0) return false;
    const reason = `No instance is left to work with: ${failure.message}`;
    this.#home.halt({ reason, tool: limits.othersLeft(tool) ? tool : null });
    return true;
  }
}
