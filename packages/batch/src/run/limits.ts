import type { Clock } from "@cluster/manager";
import type { AttemptFailure, AttemptResult } from "../contract/executor.ts";
import type { BudgetReport } from "../contract/report.ts";
import type { Crew } from "../crew/crew.ts";
import { Admission, type Choices } from "../schedule/admission.ts";
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
  readonly crew: Crew;
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
  /** Whether tasks wait for this lane and no other. */
  isAwaited(lane: string): boolean;
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
  /** How often in a row a tool failed for what is around it. */
  readonly #failedAlike = new Map<string, number>();

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
      servedBy: (tool) => servedBy(options.crew, tool),
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
      choice: {
        choicesOf: (state) => this.#choicesOf(state),
        assign: (state, { tool }) => {
          state.tool = tool;
        },
        instances: (tool) => options.crew.limit(tool, workers()),
      },
    });
    this.gate = this.#admission;
    this.#cancelTimer = clock.after(compiled.maxTimeMs, () => listener.onChange(), "background");
  }

  /** Why nothing more can begin, whatever becomes of what is under way; `null` while something can. */
  get spent(): string | null {
    return this.#budget.exhausted;
  }

  /** The tool that a task works with now. */
  toolOf(state: TaskState): string {
    return this.#named(state).tool;
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

  /**
   * Says whom a task is to be tried with after a failure: others, where that is wanted and there are some;
   * otherwise whoever it was tried with.
   * @returns whether it goes on with another tool
   */
  goesOver(state: TaskState, failure: AttemptFailure): boolean {
    const { tool } = this.#named(state);
    const { crew } = this.#options;
    // It was spared the attempt.
    if (failure.code === "TURN_RECALLED") return false;
    const wanted = crew.failsOver(failure.failureClass);
    const others = this.#choicesOf(state).providers.filter((one) => one.tool !== tool);
    if (failure.failureClass === "quota" && wanted) return false;
    if (!wanted || others.length === 0) {
      state.pinned = tool;
      return false;
    }
    state.excluded.add(tool);
    if (this.#isLost(tool, failure)) this.#leaveOut(tool, failure.message);
    return true;
  }

  /** Whether any tool but this one may still do its work. */
  othersLeft(tool: string): boolean {
    return this.#options.crew.tools.some(
      ({ name, shares }) => shares && name !== tool && !this.#admission.isOut(name),
    );
  }

  /** An attempt is over. Returns what it found, with its cost, and whether it was a probe. */
  settle(
    state: TaskState,
    model: string | null,
    found: AttemptResult,
  ): { readonly result: AttemptResult; readonly probe: boolean } {
    const { tool } = this.#named(state);
    if (found.failure === null) this.#failedAlike.delete(tool);
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

  #named(state: TaskState): Provider {
    const [first] = this.#choicesOf(state).providers;
    const model = state.task.model ?? this.#options.model;
    return state.tool === null ? (first as Provider) : { tool: state.tool, model };
  }

  #choicesOf({ task, pinned, excluded }: TaskState): Choices {
    const model = task.model ?? this.#options.model;
    const { names, named } = this.#options.crew.candidates(task.tool);
    const kept = names.filter((name) => name === pinned);
    const left = names.filter((name) => !excluded.has(name));
    const chosen = kept.length > 0 ? kept : left.length > 0 ? left : names;
    const isMeant = named && chosen[0] === names[0];
    return { providers: chosen.map((tool) => ({ tool, model })), named: isMeant };
  }

  /** Whether it would fail the next task alike: a key is refused at once, other things by the second one. */
  #isLost(tool: string, { failureClass, stage }: AttemptFailure): boolean {
    if (failureClass === "auth" || stage === "lease") return true;
    if (failureClass !== "environment") return false;
    const times = (this.#failedAlike.get(tool) ?? 0) + 1;
    this.#failedAlike.set(tool, times);
    return times > 1;
  }

  #leaveOut(tool: string, reason: string): void {
    if (!this.#admission.leaveOut(tool)) return;
    this.#options.recorder.publish({ type: "run.tool-out", tool, reason });
    for (const lane of this.#lanesOf(tool)) this.#listener.onRecall(lane);
  }

  #lanesOf(tool: string): readonly string[] {
    return this.#providers.lanesWith({ tool, model: this.#options.model });
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
        for (const one of this.#providers.lanesWith({ tool, model })) this.#listener.onRefusal(one);
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
        // Those who have a choice go on; whoever waits for just this one cannot.
        if (this.othersLeft(tool) && !this.#listener.isAwaited(lane)) {
          this.#leaveOut(tool, happening.reason);
        } else this.#listener.onGivenUp(happening.reason);
    }
  }
}

function servedBy(
  { tools, maxTurns }: Crew,
  tool: string,
): { readonly name: string; readonly maxTurns: number } | null {
  const name = tools.find((one) => one.name === tool)?.provider ?? null;
  return name === null ? null : { name, maxTurns: maxTurns.get(name) ?? Number.POSITIVE_INFINITY };
}

function limitReport({ limit, taken, assumed, untold }: MeterState): BudgetReport["costUsd"] {
  return Number.isFinite(limit) ? { limit, taken, assumed, untold } : null;
}
