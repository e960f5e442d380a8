import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { AnsweredQuestion } from "../contract/question.ts";

/** What iterating over a turn yields. */
export type TurnEvent =
  | { readonly type: "started"; readonly instance: number; readonly waitMs: number }
  | ConnectionEvent
  | { readonly type: "question"; readonly answered: AnsweredQuestion }
  /** The reader was slower than the tool: this many events before the next one were let go. */
  | { readonly type: "dropped"; readonly count: number };
