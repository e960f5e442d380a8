import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { Answer, Question } from "../contract/question.ts";
import type { EndSignal, TurnContext } from "../contract/tool-connection.ts";
import type { TurnSetting } from "./run-turn.ts";
import type { TurnDeadlines } from "./turn-deadlines.ts";

type Setting = Pick<TurnSetting<never, never>, "observer" | "policy" | "stopper" | "oneShot">;

/** What a connection gets with a turn. It says nothing more once the turn is over or given up. */
export class TurnScope implements TurnContext {
  readonly #setting: Setting;
  readonly #deadlines: TurnDeadlines;
  #over = false;
  #end: EndSignal;

  constructor(setting: Setting, deadlines: TurnDeadlines) {
    this.#setting = setting;
    this.#deadlines = deadlines;
    this.#end = setting.oneShot ? "exit" : "protocol";
  }

  get signal(): AbortSignal {
    return this.#setting.stopper.signal;
  }

  /** What the connection named as the end of the turn. */
  get end(): EndSignal {
    return this.#end;
  }

  // Arrow functions: an adapter may take them out of the context.
  readonly emit = (event: ConnectionEvent): void => {
    if (!this.#heard) return;
    this.#deadlines.activity();
    this.#setting.observer.event(event);
  };

  readonly ask = async (question: Question): Promise<Answer> => {
    this.#deadlines.question();
    try {
      const answer = await this.#setting.policy(question);
      if (this.#heard) this.#setting.observer.question({ question, answer });
      return answer;
    } finally {
      this.#deadlines.answered();
    }
  };

  readonly endedBy = (signal: EndSignal): void => {
    this.#end = signal;
  };

  close(): void {
    this.#over = true;
  }

  get #heard(): boolean {
    return !this.#over && this.#setting.stopper.how === null;
  }
}
