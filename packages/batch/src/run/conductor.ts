import type { Reason, TaskOutcome } from "../contract/evidence.ts";
import type { Outcome } from "../contract/outcome.ts";
import type { BudgetReport } from "../contract/report.ts";
import { Dispatcher } from "../schedule/dispatcher.ts";
import type { FailurePolicy } from "../schedule/failure-policy.ts";
import { type Halt, Halting } from "../schedule/halting.ts";
import { Aftermath } from "./aftermath.ts";
import { AttemptMaker } from "./attempt-maker.ts";
import { Backlog } from "./backlog.ts";
import { type Closing, leftStanding } from "./closing.ts";
import type { ConductorOptions } from "./conductor-options.ts";
import type { ReleasedTasks } from "./held-tasks.ts";
import { Limits } from "./limits.ts";
import { OutcomeWriter } from "./outcome-writer.ts";
import type { TaskState } from "./task-state.ts";
import { ToolNeeds } from "./tool-needs.ts";

/**
 * Takes every task to exactly one outcome: attempt → decision → landing, or another attempt. A lane
 * is free again as soon as its attempt's commit exists; landing goes on beside it.
 */
export class Conductor {
  readonly #options: ConductorOptions;
  readonly #dispatcher: Dispatcher<TaskState>;
  readonly #backlog: Backlog;
  readonly #halting: Halting;
  readonly #writer: OutcomeWriter;
  readonly #aftermath: Aftermath;
  readonly #abort = new AbortController();
  readonly #draining = new AbortController();
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #limits: Limits;
  readonly #maker: AttemptMaker;
  readonly #needs: ToolNeeds;
  #remaining: number;
  #closing: Closing | null = null;
  /** Why tasks were left while others went on. */
  #gaveUp: Closing | null = null;
  /** Under way while the first tasks are judged. */
  #judging: Promise<void> | null = null;
  readonly #left: TaskOutcome[] = [];

  constructor(options: ConductorOptions) {
    this.#options = options;
    const { tasks, committed = [], canary } = options;
    this.#remaining = tasks.length + committed.length;
    const landing = committed.map(({ state }) => state);
    const all = [...tasks, ...landing].map(({ task }) => task);
    this.#needs = new ToolNeeds(all, options.limits.crew);
    const { journal } = options.recorder;
    this.#backlog = new Backlog({ tasks, committed: landing, journal, canary });
    this.#halting = new Halting(options.halt);
    this.#limits = new Limits(options.limits, {
      onChange: () => this.#lookAgain(),
      onRecall: (lane) => this.#dispatcher.recall(lane),
      onRefusal: (lane) => {
        // They would hold instances that others can use, or have other tools to go to.
        const haveChoice = options.limits.crew.tools.length > 1;
        if (haveChoice || this.#dispatcher.othersWait(lane)) this.#dispatcher.recall(lane);
      },
      onGivenUp: (reason) => this.#giveUp({ kind: "quota", reason }),
    });
    this.#maker = new AttemptMaker({
      ...options,
      limits: this.#limits,
      tellFailure: options.retry.tellFailure,
      abort: this.#abort.signal,
      draining: this.#draining.signal,
    });
    this.#writer = new OutcomeWriter(options.recorder, options.branch);
    this.#aftermath = new Aftermath(
      { ...options, writer: this.#writer, limits: this.#limits },
      {
        closing: () => this.#closing,
        isStopped: () => this.#abort.signal.aborted,
        waiting: () => this.#waiting,
        halt: (halt) => this.#halt(halt),
        again: (state, ...when) =>
          !this.#limits.isGivenUp(state) && this.#dispatcher.addAfter(state, ...when),
        end: (...given) => this.#end(...given),
        leave: (state) => this.#leave(state),
        beside: (work) => void this.#guarded(work),
      },
    );
    this.#dispatcher = new Dispatcher({
      get slots() {
        return options.executor.workers;
      },
      get turns() {
        return options.turns();
      },
      clock: options.clock,
      gate: this.#limits.gate,
      start: (state) => this.#guarded(() => this.#attempt(state)),
    });
  }

  /** Why it started nothing more before its end; `null` when nothing was left for that. */
  get closing(): Closing | null {
    return this.#closing ?? (this.#left.length > 0 ? this.#gaveUp : null);
  }

  /** What the run's limits are, and how much of them was taken. */
  get budget(): BudgetReport | null {
    return this.#limits.report();
  }

  /** How the tasks stand that were left without an outcome: a later process may go on with them. */
  get left(): readonly TaskOutcome[] {
    return this.#left;
  }

  /**
   * Begins, and resolves when every task has its outcome, or was left when the run was told to end.
   * Rejects when the journal fails.
   */
  async run(): Promise<void> {
    const { tasks, committed = [] } = this.#options;
    if (this.#remaining === 0) this.#ended.resolve();
    for (const { state, commit } of committed)
      void this.#guarded(() => this.#aftermath.land(state, commit));
    if (tasks.length > 0)
      this.#closeIfSpent(() => new Set(tasks.map((state) => this.#limits.gate.laneOf(state))));
    void this.#guarded(() => this.#release(this.#backlog.begin()));
    try {
      await this.#ended.promise;
    } finally {
      this.#limits[Symbol.dispose]();
    }
  }

  /** There may be more to do at once than before. */
  wake(): void {
    this.#dispatcher.add([]);
  }

  /** Starts nothing more, not even the turns of attempts that wait for an instance; turns that run end. */
  drain(reason: string): void {
    this.#close({ kind: "stopped", reason });
  }

  #close(closing: Closing): void {
    if (this.#closing !== null) return;
    this.#closing = closing;
    const { kind, reason } = closing;
    if (kind !== "stopped") {
      const told =
        kind === "quota"
          ? `The provider refuses for quota: the run ends, to be resumed. ${reason}`
          : reason;
      this.#options.recorder.publish({ type: "run.state", state: "draining", reason: told });
    }
    const waiting = [...this.#dispatcher.close(), ...this.#backlog.letGo()];
    this.#limits.close();
    this.#draining.abort();
    void this.#guarded(async () => {
      for (const state of waiting) await this.#leave(state);
    });
  }

  /**
   * Leaves what nobody can do any more, while the others go on with what is theirs; ends the run where that is
   * nothing.
   */
  #giveUp(closing: Closing): void {
    if (this.#closing !== null) return;
    if (this.#options.limits.crew.single) {
      this.#close(closing);
      return;
    }
    this.#gaveUp ??= closing;
    const lost = this.#dispatcher.takeOut((state) => this.#limits.isGivenUp(state));
    if (this.#remaining - lost.length <= this.#backlog.size) this.#close(closing);
    void this.#guarded(async () => {
      for (const state of lost) await this.#leave(state);
      this.#closeIfStuck();
    });
  }

  /** What waits for tasks that were left waits for ever. */
  #closeIfStuck(): void {
    if (this.#gaveUp === null || this.#judging !== null || this.#remaining === 0) return;
    if (this.#remaining <= this.#backlog.size) this.#close(this.#gaveUp);
  }

  /** Starts nothing more and stops what runs. */
  stop(reason: string): void {
    this.drain(reason);
    this.#abort.abort(new Error(reason));
  }

  /** How many tasks are still to begin. */
  get #waiting(): number {
    return this.#dispatcher.waiting + this.#backlog.size;
  }

  /** More may begin than before, or nothing any more. */
  #lookAgain(): void {
    if (this.#waiting + this.#dispatcher.preparing > 0) this.#closeIfSpent();
    this.#dispatcher.wake();
    this.#closeIfStuck();
  }

  #closeIfSpent(lanes: () => Iterable<string> = () => this.#dispatcher.lanes): void {
    const reason = this.#limits.spent(lanes);
    if (reason !== null) this.#close({ kind: "budget", reason });
  }

  async #attempt(state: TaskState): Promise<void> {
    const ticket = this.#dispatcher.ticket(state);
    try {
      const { result, probe } = await this.#maker.make(state, ticket);
      await this.#aftermath.follow(state, result, probe);
    } finally {
      ticket.end();
      this.#lookAgain();
    }
  }

  /**
   * Leaves a task that waits for an attempt, since nothing new starts any more. It has no outcome in the
   * journal: whoever goes on with the run goes on with it.
   */
  async #leave(state: TaskState): Promise<void> {
    const { outcome, reason } = leftStanding(this.#closing ?? this.#gaveUp, state.pending);
    this.#left.push(await this.#writer.left(state, outcome, reason));
    this.#oneLess(state);
  }

  /** Ends a task out of an attempt. */
  async #end(
    state: TaskState,
    outcome: Outcome,
    reason: Reason | null,
    bearing: FailurePolicy["bearing"],
  ): Promise<void> {
    const ended = await this.#writer.ended(state, outcome, reason);
    this.#oneLess(state);
    const released = this.#backlog.ended(state, ended);
    await this.#release(released);
    const halt = this.#halting.note(
      ended,
      bearing,
      this.#options.limits.crew.single ? null : state.tool,
    );
    // Where nothing is left to start, nothing is saved by giving up, and what landed is wanted.
    if (halt !== null && this.#waiting > 0) this.#halt(halt);
    if (released.trialIsOver) {
      this.#judging = this.#guarded(() => this.#judgeTrial()).finally(() => {
        this.#judging = null;
        this.#closeIfStuck();
      });
    } else this.#closeIfStuck();
  }

  /** Tasks that fail alike with one tool need not with another. */
  #halt({ reason, tool }: Halt): void {
    if (tool !== null) this.#limits.giveUp(tool, reason);
    if (tool === null) this.#close({ kind: "halted", reason });
    else this.#giveUp({ kind: "halted", reason });
  }

  /** Lets tasks begin that waited, and ends those that waited in vain. */
  async #release({ ready, skipped }: ReleasedTasks): Promise<void> {
    const lost = new Set(ready.filter((state) => this.#limits.isGivenUp(state)));
    const wanted = lost.size === 0 ? ready : ready.filter((state) => !lost.has(state));
    const refused = this.#dispatcher.add(wanted) ? lost : ready;
    for (const state of refused) await this.#leave(state);
    for (const { state, reason } of skipped) {
      await this.#writer.skipped(state, reason);
      this.#oneLess(state);
    }
  }

  /** The first tasks have their outcomes: whether the others follow. */
  async #judgeTrial(): Promise<void> {
    // Whoever has stopped the run has decided.
    if (this.#closing !== null) return;
    const { goesOn, reason, ready } = await this.#backlog.judge(this.#draining.signal);
    if (goesOn) await this.#release({ ready, skipped: [] });
    else this.#close({ kind: "halted", reason: reason ?? "The trial was not accepted." });
  }

  #oneLess({ task }: TaskState): void {
    this.#remaining -= 1;
    const done = this.#needs.ended(task);
    if (this.#remaining === 0) this.#ended.resolve();
    else for (const tool of done) this.#options.executor.letGo?.(tool);
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
