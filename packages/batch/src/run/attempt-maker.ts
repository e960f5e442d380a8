import { failureOf } from "../attempt/failure-of.ts";
import { NO_EVIDENCE } from "../attempt/no-evidence.ts";
import type { Attempt, AttemptResult, Executor } from "../contract/executor.ts";
import type { LandingPlace } from "../contract/site.ts";
import type { Task } from "../contract/task.ts";
import { listSome } from "../errors/list-some.ts";
import type { TurnTicket } from "../schedule/turn-ticket.ts";
import type { Limits } from "./limits.ts";
import type { Recorder } from "./recorder.ts";
import { type AttemptDefaults, attemptOf, type TaskState } from "./task-state.ts";

/** What an {@link AttemptMaker} works with. */
export interface AttemptMakerOptions {
  readonly recorder: Recorder;
  readonly executor: Executor;
  readonly branch: LandingPlace;
  readonly limits: Limits;
  readonly defaults: Omit<AttemptDefaults, "base">;
  readonly tellFailure: boolean;
  /** Aborted when turns are to be stopped. */
  readonly abort: AbortSignal;
  /** Aborted when no turn is to begin any more. */
  readonly draining: AbortSignal;
}

/** Has attempts made: opened in the journal first, then given to the executor, under the run's limits. */
export class AttemptMaker {
  readonly #options: AttemptMakerOptions;

  constructor(options: AttemptMakerOptions) {
    this.#options = options;
  }

  /**
   * Makes an attempt. Its ticket is still the caller's to end.
   * @returns what it found, and whether it showed if its provider answers again
   */
  async make(
    state: TaskState,
    ticket: TurnTicket,
  ): Promise<{ readonly result: AttemptResult; readonly probe: boolean }> {
    const { recorder, branch, limits, defaults, tellFailure } = this.#options;
    const { task } = state;
    const tool = limits.toolOf(state);
    state.token = await recorder.journal.open(task.id, tool);
    const id = { task: task.id, index: task.index, attempt: state.token };
    recorder.publish({ type: "attempt.started", ...id, files: task.files, tool });
    const attempt = {
      ...attemptOf(state, { ...defaults, base: branch.tip() }, tellFailure),
      tool,
      model: limits.modelOf(state),
    };
    const found = await this.#execute(state, attempt, ticket);
    const unlandable = [...found.evidence.changes, ...found.evidence.outside].flatMap((change) =>
      change.unlandable === undefined ? [] : `${change.path} (${change.unlandable})`,
    );
    if (unlandable.length > 0) {
      recorder.warn(`Task ${nameOf(task)} left what no commit can hold: ${listSome(unlandable)}.`);
    }
    return limits.settle(state, attempt.model, recorder.redact(found));
  }

  async #execute(state: TaskState, attempt: Attempt, ticket: TurnTicket): Promise<AttemptResult> {
    const { recorder, executor, limits, abort, draining } = this.#options;
    const id = { task: attempt.task, index: attempt.index, attempt: attempt.token };
    const calledOff = AbortSignal.any([abort, draining]);
    let leasedAt: number | null = null;
    const execution = executor.execute(attempt, {
      signal: abort,
      draining,
      turn: {
        tryBegin: () => ticket.tryBegin(),
        begin: () => ticket.begin(calledOff),
        rest: () => ticket.rest(),
        end: () => {
          limits.answered(state);
          ticket.end();
        },
        // Its ticket ends when it is decided what follows.
        failed: (failure) => limits.failed(state, failure),
      },
      emit: (progress) => {
        if (progress.instance !== null) {
          leasedAt ??= recorder.now();
          state.leased(leasedAt);
        }
        recorder.publish({ type: "attempt.stage", ...id, ...progress });
      },
    });
    const made = await execution.catch(unexpected);
    const tookMs = leasedAt === null ? 0 : recorder.now() - leasedAt;
    return { ...made, evidence: { ...made.evidence, tool: attempt.tool, tookMs } };
  }
}

function nameOf({ id, name, files }: Task): string {
  return name ?? files[0] ?? id;
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
