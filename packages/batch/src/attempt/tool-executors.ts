import type { Attempt, AttemptResult, ExecuteContext, Executor } from "../contract/executor.ts";

/** The executor of one tool. */
export interface ToolMember {
  /** Whether an attempt is its. */
  takes(tool: string): boolean;
  readonly executor: Executor;
  /** How many instances it has where the run has so many workers. */
  instances(workers: number): number;
}

/**
 * Makes attempts with several tools, each with instances of its own. Whatever their tools are, no more of
 * them are at work at once than there are workers: that is the run's to see to.
 */
export class ToolExecutors implements Executor {
  readonly #members: readonly ToolMember[];
  #workers: number;

  /** @param workers How many attempts it works on at once, of all tools together. */
  constructor(members: readonly ToolMember[], workers: number) {
    this.#members = members;
    this.#workers = workers;
  }

  get workers(): number {
    return this.#workers;
  }

  resize(workers: number): void {
    this.#workers = workers;
    for (const { executor, instances } of this.#members) executor.resize?.(instances(workers));
  }

  /** Its instances end, and whatever they share. */
  letGo(tool: string): void {
    const member = this.#members.find(({ takes }) => takes(tool));
    // How that went is told with the end of all.
    member?.executor[Symbol.asyncDispose]().then(undefined, () => {});
  }

  async execute(attempt: Attempt, context: ExecuteContext): Promise<AttemptResult> {
    const member = this.#members.find(({ takes }) => takes(attempt.tool));
    if (member === undefined) throw new Error(`The run has no tool "${attempt.tool}".`);
    return await member.executor.execute(attempt, context);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = this.#members.map(({ executor }) => executor[Symbol.asyncDispose]());
    for (const end of await Promise.allSettled(ends)) {
      if (end.status === "rejected") throw end.reason;
    }
  }
}
