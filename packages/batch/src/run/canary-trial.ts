import type { Clock } from "@cluster/manager";
import type { TaskOutcome } from "../contract/evidence.ts";
import type { LandingPlace } from "../contract/site.ts";
import {
  asDecision,
  type CanaryDecision,
  type CanaryReport,
  decideByOutcomes,
  spreadOver,
} from "../schedule/canary.ts";
import { CANARY_PLACE, verifyWholeRun } from "../verify/verify-whole-run.ts";
import type { CanaryOptions } from "./limit-options.ts";
import type { Recorder } from "./recorder.ts";
import type { TaskState } from "./task-state.ts";

/** What a {@link CanaryTrial} needs. */
export interface CanaryTrialOptions {
  readonly canary: CanaryOptions;
  readonly recorder: Recorder;
  readonly branch: LandingPlace;
  readonly clock: Clock;
  readonly verifyTimeoutMs: number;
  /** A task that changes nothing has failed. */
  readonly requireChange: boolean;
}

/** A run's first tasks, and the others, which wait for what becomes of them. */
export class CanaryTrial {
  readonly first: readonly TaskState[];
  readonly #options: CanaryTrialOptions;
  readonly #underWay: Set<string>;
  readonly #outcomes: TaskOutcome[] = [];
  #rest: TaskState[];

  constructor(tasks: readonly TaskState[], options: CanaryTrialOptions) {
    this.#options = options;
    this.first = spreadOver(tasks, options.canary.tasks);
    this.#underWay = new Set(this.first.map(({ task }) => task.id));
    this.#rest = tasks.filter(({ task }) => !this.#underWay.has(task.id));
    options.recorder.publish({ type: "run.canary", tasks: [...this.#underWay] });
  }

  /** How many tasks wait for the decision. */
  get waiting(): number {
    return this.#rest.length;
  }

  /** These wait too. */
  hold(tasks: readonly TaskState[]): void {
    this.#rest.push(...tasks);
  }

  /** Those that wait are the caller's from now on. */
  release(): TaskState[] {
    const rest = this.#rest;
    this.#rest = [];
    return rest;
  }

  /** A task has its outcome. Returns whether it was the last of the first. */
  ended(outcome: TaskOutcome): boolean {
    if (!this.#underWay.delete(outcome.task)) return false;
    this.#outcomes.push(outcome);
    return this.#underWay.size === 0;
  }

  /**
   * Decides, and has the journal know it. Never rejects but for the journal.
   * @param held tasks that wait for others, and so for the decision too
   */
  async judge(signal: AbortSignal, held: readonly TaskState[] = []): Promise<CanaryDecision> {
    const { recorder } = this.#options;
    const decision = recorder.redact(
      await this.#decide(signal, held).catch((error: unknown) => {
        const reason = `The trial of the first tasks could not be judged: ${String(error)}`;
        return { goesOn: false, reason };
      }),
    );
    await recorder.journal.mark({ type: "run.canary", ...decision });
    recorder.publish({ type: "run.canary-judged", ...decision });
    return decision;
  }

  async #decide(signal: AbortSignal, held: readonly TaskState[]): Promise<CanaryDecision> {
    const { canary, branch, clock, verifyTimeoutMs: timeoutMs } = this.#options;
    const report = this.#report(held);
    await canary.show?.(report, signal);
    if (canary.judge !== undefined) return asDecision(await canary.judge(report, signal));
    const byOutcomes = decideByOutcomes(report);
    const { verify: command } = canary;
    if (command === undefined || !byOutcomes.goesOn) return byOutcomes;
    const changed = report.tasks.flatMap(({ evidence }) => evidence.changes);
    const files = [...new Set(changed.map(({ path }) => path))];
    const check = { command, files, timeoutMs, signal, clock };
    const verification = await verifyWholeRun(branch, check, CANARY_PLACE);
    if (verification.kind === "passed") return byOutcomes;
    const said = "message" in verification ? verification.message : "It was cancelled.";
    return { goesOn: false, reason: `The trial of the first tasks was not accepted. ${said}` };
  }

  #report(held: readonly TaskState[]): CanaryReport {
    const { branch, requireChange } = this.#options;
    const tasks = [...this.#outcomes].sort((a, b) => a.index - b.index);
    const good = tasks.filter(
      ({ outcome }) => outcome === "landed" || (outcome === "no-change" && !requireChange),
    );
    return {
      run: branch.run,
      branch: branch.ref,
      base: branch.base,
      tip: branch.tip(),
      tasks,
      first: tasks.flatMap(({ task: id }) =>
        this.first.flatMap(({ task }) => (task.id === id ? [task] : [])),
      ),
      rest: [...this.#rest, ...held].map(({ task }) => task),
      ok: good.length === tasks.length,
    };
  }
}
