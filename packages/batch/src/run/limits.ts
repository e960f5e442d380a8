import type { Clock } from "@cluster/manager";
import type { AttemptFailure, AttemptResult } from "../contract/executor.ts";
import type { BudgetReport } from "../contract/report.ts";
import { Admission } from "../schedule/admission.ts";
import { pricedResult } from "../schedule/attempt-cost.ts";
import { Budget, type SpentBefore } from "../schedule/budget.ts";
import type { TaskHistory } from "../schedule/decide.ts";
import type { Gate } from "../schedule/dispatcher.ts";
import { freeMemory } from "../schedule/free-memory.ts";
import { MemoryFloor } from "../schedule/memory-floor.ts";
import type { MeterState } from "../schedule/meter.ts";
import { type Provider, type ProviderHappening, Providers } from "../schedule/providers.ts";
import type { CompiledLimits } from "./compile-limits.ts";
import type { PriceList } from "./price-list.ts";
import type { Recorder } from "./recorder.ts";
import type { TaskState } from "./task-state.ts";

/** What {@link Limits} are made of. */
export interface LimitsOptions {
  readonly compiled: CompiledLimits;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tool: string;
  readonly model: string | null;
  /** How many turns are taken at once, at this moment. */
  readonly workers: () => number;
  /** How many attempts are got ready beside those that take their turn. */
  readonly ahead: number;
  readonly prices: PriceList;
  readonly before: SpentBefore | null;
  /** In bytes. @default the machine's */
  readonly freeBytes?: () => number;
}

/** Who acts on what limits say. */
export interface LimitListener {
  /** More may begin than before, or nothing any more. */
  onChange(): void;
  /** The turns of a lane that have not begun are not to. */
  onRecall(lane: string): void;
  /** The model of a lane refuses, and whoever waits for it keeps others from their turn. */
  onRefusal(lane: string): void;
  /** Its provider is not waited for any longer. */
  onGivenUp(reason: string): void;
}

/** What holds the turns of a run back: its providers, its budget, and memory. Tells the subscribers of it. */
export class Limits implements Disposable {
  readonly gate: Gate<TaskState>;
  readonly #options: LimitsOptions;
  readonly #listener: LimitListener;
  readonly #providers: Providers;
  readonly #budget: Budget;
  readonly #memory: MemoryFloor;
  readonly #admission: Admission<TaskState>;
  readonly #cancelTimer: () => void;
  #closed = false;
  /** How often the provider had recovered when it first refused a task. */
  readonly #recoveriesBefore = new Map<TaskState, number>();

  constructor(options: LimitsOptions, listener: LimitListener) {
    const { compiled, recorder, clock, random, workers, ahead, before } = options;
    this.#options = options;
    this.#listener = listener;
    this.#providers = new Providers({
      clock,
      random,
      maxQuotaWaitMs: compiled.maxQuotaWaitMs,
      ceiling: workers,
      onQuota: compiled.onQuota,
      onHappening: (happening) => this.#onHappening(happening),
    });
    this.#budget = new Budget({
      ...compiled,
      elapsed: () => clock.elapsed(),
      ...(before === null ? {} : { before }),
    });
    this.#memory = new MemoryFloor({
      floorBytes: compiled.minFreeMemoryBytes,
      freeBytes: options.freeBytes ?? freeMemory,
      clock,
      onChange: (low, freeBytes) => {
        recorder.publish({ type: "run.memory", low, freeBytes });
        if (!low) listener.onChange();
      },
    });
    this.#admission = new Admission({
      providers: this.#providers,
      budget: this.#budget,
      memory: this.#memory,
      ahead,
      providerOf: (state) => this.#named(state),
    });
    this.gate = this.#admission;
    this.#cancelTimer = clock.after(compiled.maxTimeMs, () => listener.onChange(), "background");
  }

  /** Why nothing more can begin, whatever becomes of what is under way; `null` while something can. */
  get spent(): string | null {
    return this.#budget.exhausted;
  }

  /** What a task works with now. */
  modelOf(state: TaskState): string | null {
    return this.#providers.current(this.#named(state)).model;
  }

  /** The turn of a task ended well. */
  answered(state: TaskState): void {
    this.#admission.answered(state);
  }

  /** The turn of a task failed. */
  failed(state: TaskState, failure: AttemptFailure): void {
    if (failure.failureClass === "quota" && !this.#recoveriesBefore.has(state)) {
      this.#recoveriesBefore.set(state, this.#providers.recoveries(this.#named(state)));
    }
    this.#admission.failed(state, failure);
  }

  /** An attempt is over. Returns what it found, with its cost, and whether it was a probe. */
  settle(
    state: TaskState,
    model: string | null,
    found: AttemptResult,
  ): { readonly result: AttemptResult; readonly probe: boolean } {
    const { tool } = this.#named(state);
    const result = pricedResult(found, this.#options.prices({ tool, model }));
    if (result.failure !== null) this.failed(state, result.failure);
    return { result, probe: this.#admission.settle(state, result) };
  }

  /** What a task has behind it. */
  historyOf(state: TaskState): TaskHistory {
    const { retries, refusals } = state;
    const before = this.#recoveriesBefore.get(state);
    const now = this.#providers.recoveries(this.#named(state));
    return { retries, refusals, othersAnswered: before !== undefined && now > before };
  }

  /** What the run's limits are, and how much of them was taken; `null` where there are none. */
  report(): BudgetReport | null {
    const { cost, tokens, timeMs, maxTimeMs } = this.#budget.state;
    const limited = [cost.limit, tokens.limit, maxTimeMs].some((limit) => Number.isFinite(limit));
    if (!limited) return null;
    return {
      costUsd: limitReport(cost),
      tokens: limitReport(tokens),
      timeMs: Number.isFinite(maxTimeMs) ? { limit: maxTimeMs, taken: timeMs } : null,
    };
  }

  /** Nothing begins any more: nobody waits for anything, and nobody is told that they do. */
  close(): void {
    this.#closed = true;
    this[Symbol.dispose]();
  }

  /** Sets no timer any more. */
  [Symbol.dispose](): void {
    this.#cancelTimer();
    this.#providers[Symbol.dispose]();
    this.#memory[Symbol.dispose]();
  }

  #named({ task }: TaskState): Provider {
    return { tool: task.tool ?? this.#options.tool, model: task.model ?? this.#options.model };
  }

  #onHappening(happening: ProviderHappening): void {
    if (this.#closed) return;
    const { recorder } = this.#options;
    const { tool, model } = happening;
    const lane = this.#providers.laneOf({ tool, model });
    switch (happening.type) {
      case "refuses": {
        const { until, reason } = happening;
        recorder.publish({ type: "run.paused", tool, model, until, reason });
        this.#listener.onRefusal(lane);
        return;
      }
      case "may-be-probed":
        recorder.publish({ type: "run.probing", tool, model });
        this.#listener.onChange();
        return;
      case "answers":
        recorder.publish({ type: "run.continued", tool, model });
        this.#listener.onChange();
        return;
      case "replaced": {
        const { by, reason } = happening;
        recorder.publish({ type: "run.switched", tool, model, to: by, reason });
        this.#listener.onRecall(lane);
        return;
      }
      case "limited": {
        const { limit, of } = happening;
        recorder.publish({ type: "run.concurrency", tool, model, limit, of });
        return;
      }
      case "given-up":
        this.#listener.onGivenUp(happening.reason);
    }
  }
}

function limitReport({ limit, taken, assumed, untold }: MeterState): BudgetReport["costUsd"] {
  return Number.isFinite(limit) ? { limit, taken, assumed, untold } : null;
}
