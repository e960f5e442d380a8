import type { Clock } from "@cluster/manager";
import type { AttemptFailure, AttemptResult } from "../contract/executor.ts";
import type { BudgetReport } from "../contract/report.ts";
import type { Crew } from "../crew/crew.ts";
import { Admission, type Choices } from "../schedule/admission.ts";
import { pricedResult } from "../schedule/attempt-cost.ts";
import { Budget, type SpentBefore } from "../schedule/budget.ts";
import type { TaskHistory } from "../schedule/decide.ts";
import { freeMemory } from "../schedule/free-memory.ts";
import type { Gate } from "../schedule/gate.ts";
import { MemoryFloor } from "../schedule/memory-floor.ts";
import { laneOf, type Provider, type ProviderHappening, Providers } from "../schedule/providers.ts";
import { budgetReport } from "./budget-report.ts";
import type { CompiledLimits } from "./compile-limits.ts";
import type { PriceList } from "./price-list.ts";
import type { Recorder } from "./recorder.ts";
import type { TaskState } from "./task-state.ts";
import { ToolStanding } from "./tool-standing.ts";

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
  /** A provider is not waited for any longer: what only that could do is to be left. */
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
  /** The tool that refused a task last, and how often it had recovered when it first did. */
  readonly #refusedBy = new Map<
    TaskState,
    { readonly tool: string; readonly recoveries: number }
  >();
  readonly #standing: ToolStanding;

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
      servedBy: (tool) => options.crew.servedBy(tool),
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
    this.#standing = new ToolStanding({
      admission: this.#admission,
      onOut: (tool, reason) => {
        recorder.publish({ type: "run.tool-out", tool, reason });
        this.#recall(tool);
      },
    });
    this.#cancelTimer = clock.after(compiled.maxTimeMs, () => listener.onChange(), "background");
  }

  /**
   * Why nothing more can begin in these lanes, whatever becomes of what is under way; `null` while something
   * can.
   */
  spent(lanes: () => Iterable<string>): string | null {
    // There may be a hundred thousand tasks to look at.
    if (this.report() === null) return null;
    return this.#budget.exhausted(this.#admission.kindsOf(lanes()));
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
    const named = this.#named(state);
    const { tool } = named;
    if (failure.failureClass === "quota" && this.#refusedBy.get(state)?.tool !== tool) {
      this.#refusedBy.set(state, { tool, recoveries: this.#providers.recoveries(named) });
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
    this.#standing.failed(tool, failure);
    return true;
  }

  /** Whether any tool but this one may still do its work. */
  othersLeft(tool: string): boolean {
    return this.#options.crew.tools.some(
      ({ name, shares }) => shares && name !== tool && !this.#admission.isOut(name),
    );
  }

  /** Whether a task is to be left, since whoever could do it was given up. */
  isGivenUp(state: TaskState): boolean {
    return this.#admission.isGivenUp(state);
  }

  /** A tool fails whatever it is given: nobody waits for it any longer. */
  giveUp(tool: string, reason: string): void {
    this.#standing.giveUp(this.#admission.providersOf(tool), reason);
    this.#recall(tool);
  }

  /** An attempt is over. Returns what it found, with its cost, and whether it was a probe. */
  settle(
    state: TaskState,
    model: string | null,
    found: AttemptResult,
  ): { readonly result: AttemptResult; readonly probe: boolean } {
    const { tool } = this.#named(state);
    if (found.failure === null) this.#standing.worked(tool);
    const result = pricedResult(found, this.#options.prices({ tool, model }));
    if (result.failure !== null) this.failed(state, result.failure);
    return { result, probe: this.#admission.settle(state, result) };
  }

  /** What a task has behind it. */
  historyOf(state: TaskState): TaskHistory {
    const { retries, refusals } = state;
    const named = this.#named(state);
    const before = this.#refusedBy.get(state);
    const now = this.#providers.recoveries(named);
    const othersAnswered = before?.tool === named.tool && now > before.recoveries;
    return { retries, refusals, othersAnswered };
  }

  /** What the run's limits are, and how much of them was taken; `null` where there are none. */
  report(): BudgetReport | null {
    return budgetReport(this.#budget.state);
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

  #recall(tool: string): void {
    for (const one of this.#admission.providersOf(tool)) this.#listener.onRecall(laneOf(one));
  }

  #onHappening(happening: ProviderHappening): void {
    if (this.#closed) return;
    const { recorder, compiled } = this.#options;
    const { tool, model } = happening;
    const lane = laneOf({ tool, model });
    switch (happening.type) {
      case "refuses": {
        const { until, reason } = happening;
        // Where a refusal is the end, nobody waits for that time.
        if (compiled.onQuota !== "pause") {
          recorder.publish({ type: "run.paused", tool, model, until, reason });
        }
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
        // What others can do goes on, and so does what is theirs anyway.
        if (!this.#options.crew.single) {
          this.#standing.giveUp(this.#providers.askersOf({ tool, model }), happening.reason);
        }
        this.#listener.onGivenUp(happening.reason);
    }
  }
}
