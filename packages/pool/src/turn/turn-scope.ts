import type { ConnectionEvent, SignOfLife } from "../contract/connection-event.ts";
import type { Answer, Question } from "../contract/question.ts";
import type { EndSignal, TurnContext } from "../contract/tool-connection.ts";
import type { TurnDeadlines } from "./turn-deadlines.ts";
import type { TurnTerms } from "./turn-terms.ts";

/** What a connection gets with a turn. It says nothing more once the turn is over or given up. */
export class TurnScope implements TurnContext {
  readonly #terms: TurnTerms;
  readonly #deadlines: TurnDeadlines;
  #over = false;
  #end: EndSignal;

  constructor(terms: TurnTerms, deadlines: TurnDeadlines, oneShot: boolean) {
    this.#terms = terms;
    this.#deadlines = deadlines;
    this.#end = oneShot ? "exit" : "protocol";
  }

  get signal(): AbortSignal {
    return this.#terms.stopper.signal;
  }

  /** What the connection named as the end of the turn. */
  get end(): EndSignal {
    return this.#end;
  }

  // Arrow functions, since an adapter may take them out of the context; made when it asks for them.
  get emit(): (event: ConnectionEvent | SignOfLife) => void {
    return (event) => {
      if (!this.#heard) return;
      this.#deadlines.activity();
      if (event.type !== "sign") this.#terms.onEvent(event);
    };
  }

  get ask(): (question: Question) => Promise<Answer> {
    return async (question) => {
      this.#deadlines.question();
      try {
        const answer = await this.#terms.policy(question);
        if (this.#heard) this.#terms.onQuestion({ question, answer });
        return answer;
      } finally {
        this.#deadlines.answered();
      }
    };
  }

  get endedBy(): (signal: EndSignal) => void {
    return (signal) => {
      this.#end = signal;
    };
  }

  close(): void {
    this.#over = true;
  }

  get #heard(): boolean {
    return !this.#over && this.#terms.stopper.how === null;
  }
}
