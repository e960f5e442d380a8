import type { TurnContext } from "../contract/tool-connection.ts";

/** A request that was sent, and whose answer has not come. */
export class AwaitedAnswer {
  readonly id: number;
  /** Null for what is no turn, such as a reset. */
  readonly context: TurnContext | null;
  readonly ended: Promise<unknown>;
  readonly #all: AwaitedAnswers;
  readonly #resolve: (result: unknown) => void;
  readonly #reject: (error: Error) => void;

  constructor(id: number, context: TurnContext | null, all: AwaitedAnswers) {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.id = id;
    this.context = context;
    this.ended = promise;
    this.#all = all;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  // Forgotten at once, not when somebody notices: a cancel that comes now must find nothing to cancel.
  resolve(result: unknown): void {
    this.#all.forget(this);
    this.#resolve(result);
  }

  reject(error: Error): void {
    this.#all.forget(this);
    this.#reject(error);
  }
}

/** The answers that are awaited from one process. They are few: a turn, or a command between turns. */
export class AwaitedAnswers {
  /** The turn's. */
  current: AwaitedAnswer | null = null;
  readonly #all: AwaitedAnswer[] = [];

  add(id: number, context: TurnContext | null): AwaitedAnswer {
    const answer = new AwaitedAnswer(id, context, this);
    this.#all.push(answer);
    if (context !== null) this.current = answer;
    return answer;
  }

  find(id: number): AwaitedAnswer | undefined {
    for (const answer of this.#all) if (answer.id === id) return answer;
    return undefined;
  }

  forget(answer: AwaitedAnswer): void {
    const at = this.#all.indexOf(answer);
    if (at !== -1) this.#all.splice(at, 1);
    if (this.current === answer) this.current = null;
  }

  rejectAll(error: Error): void {
    for (const answer of [...this.#all]) answer.reject(error);
  }
}
