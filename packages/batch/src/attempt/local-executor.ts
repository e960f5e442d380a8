import {
  type AgentResult,
  type AgentTask,
  type Clock,
  createPool,
  type Lease,
  type Pool,
  type PoolEvent,
  type PoolOptions,
  type ReleaseMode,
} from "@cluster/manager";
import type { Attempt, AttemptResult, ExecuteContext, Executor } from "../contract/executor.ts";
import type { LandingPlace, WorkPlace } from "../contract/site.ts";
import type { TaskContext } from "../contract/task-context.ts";
import { executeAttempt } from "./execute-attempt.ts";
import { InstanceNumbers } from "./instance-numbers.ts";

/** What a {@link LocalExecutor} is made of. */
export interface LocalExecutorOptions {
  readonly branch: LandingPlace;
  /** The pool, folders and context aside: they are the workspaces'. */
  readonly pool: Omit<
    PoolOptions<AgentTask, AgentResult>,
    "cwd" | "afterTurn" | "size" | "spares" | "clock"
  >;
  readonly clock: Clock;
  readonly workers: number;
  readonly context: TaskContext;
  /** There is one task only: its process ends with each attempt, and none is kept ready. @default false */
  readonly alone?: boolean;
  /** The run's folder; `null` where it has none. @default null */
  readonly folder?: string | null;
  /** What its instances are called, beside those of other tools. @default as the pool calls them */
  readonly numbers?: InstanceNumbers;
  /** Hears of everything that happens in the pool. */
  onPoolEvent(event: PoolEvent): void;
}

/** What becomes of a process at the end of an attempt. */
const RELEASE: Readonly<Record<TaskContext, ReleaseMode>> = {
  fresh: "replace",
  reset: "reset",
  conversation: "keep",
};

/** Makes attempts on this machine: over a pool of warm instances, each with a worktree of its own. */
export class LocalExecutor implements Executor {
  #workers: number;
  readonly #branch: LandingPlace;
  readonly #pool: Pool<AgentTask, AgentResult>;
  readonly #clock: Clock;
  readonly #numbers: InstanceNumbers;
  readonly #folder: string | null;
  readonly #alone: boolean;
  readonly #closing = new AbortController();
  readonly #workspaces = new Map<number, Promise<WorkPlace>>();

  constructor(options: LocalExecutorOptions) {
    this.#workers = options.workers;
    this.#alone = options.alone ?? false;
    this.#branch = options.branch;
    this.#clock = options.clock;
    this.#folder = options.folder ?? null;
    this.#numbers = options.numbers ?? new InstanceNumbers();
    this.#pool = createPool<AgentTask, AgentResult>({
      ...options.pool,
      clock: options.clock,
      size: options.workers,
      cwd: async (instance) => (await this.#workspaceOf(this.#numbers.of(instance))).path,
      // Whoever is alone is followed by nobody.
      afterTurn: this.#alone ? "keep" : RELEASE[options.context],
      // Each worktree's next process gets ready while the present one works in it.
      spares: options.context === "fresh" && !this.#alone ? options.workers : 0,
    });
    this.#pool.subscribe((event) => options.onPoolEvent(this.#numbers.event(event)));
  }

  get workers(): number {
    return this.#workers;
  }

  resize(workers: number): void {
    if (this.#alone) return;
    this.#workers = workers;
    // It is over when the last lease is; a pool that shuts down meanwhile needs it no more.
    void this.#pool.resize(workers).catch(() => {});
  }

  async execute(attempt: Attempt, context: ExecuteContext): Promise<AttemptResult> {
    if (!this.#alone) return await this.#execute(attempt, context);
    await this.#pool.resize(1);
    try {
      return await this.#execute(attempt, context);
    } finally {
      // It ends when its lease does.
      void this.#pool.resize(0).catch(() => {});
    }
  }

  #execute(attempt: Attempt, context: ExecuteContext): Promise<AttemptResult> {
    return executeAttempt(
      attempt,
      {
        reserve: async ({ task, token, files }, signal, onBusy) => {
          const reserved = this.#branch.reserve?.({ task, token, files, signal }, onBusy);
          return (await reserved) ?? (() => {});
        },
        lease: (wanted, signal) => this.#lease(wanted, signal),
        workspaceOf: (instance) => this.#workspaceOf(instance),
        clock: this.#clock,
        shared: this.#branch.shared === true,
        folder: this.#folder,
      },
      context,
    );
  }

  /** Ends every process. The worktrees belong to the branch. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever sets a worktree up need not get to the end of it.
    this.#closing.abort(new Error("The run has ended."));
    await this.#pool.shutdown();
    await Promise.allSettled(this.#workspaces.values());
  }

  async #lease(attempt: Attempt, signal: AbortSignal): Promise<Lease<AgentTask, AgentResult>> {
    const avoid = this.#numbers.localsOf(attempt.avoid);
    return this.#numbers.lease(await this.#pool.lease({ avoid, signal }));
  }

  /** One worktree for each instance, made when it is first needed; a failure is tried again. */
  #workspaceOf(instance: number): Promise<WorkPlace> {
    const known = this.#workspaces.get(instance);
    if (known !== undefined) return known;
    const opening = this.#branch.openWorkspace(instance, { signal: this.#closing.signal });
    this.#workspaces.set(instance, opening);
    opening.catch(() => this.#workspaces.delete(instance));
    return opening;
  }
}
