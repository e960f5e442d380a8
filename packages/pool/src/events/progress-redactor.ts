import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { Redaction } from "../transcript/redactor.ts";
import { StreamRedactor } from "../transcript/stream-redactor.ts";

/**
 * Takes secrets out of the text of turns, which comes in pieces: a secret may be in two of them. It
 * follows a turn also while nobody listens, since a listener who comes later must not hear the second
 * half of one.
 */
export class ProgressRedactor {
  readonly #redaction: Redaction;
  readonly #turns = new Map<number, StreamRedactor>();

  constructor(redaction: Redaction) {
    this.#redaction = redaction;
  }

  /** What of an event may be told now; null for nothing yet. */
  event(turn: number, event: ConnectionEvent): ConnectionEvent | null {
    if (event.type !== "text" || this.#redaction.longest === 0) return event;
    let stream = this.#turns.get(turn);
    if (stream === undefined) {
      stream = new StreamRedactor(this.#redaction);
      this.#turns.set(turn, stream);
    }
    return textOf(stream.push(event.text));
  }

  /** The turn is over: what of its text was held back, if any. */
  end(turn: number): ConnectionEvent | null {
    if (this.#turns.size === 0) return null;
    const stream = this.#turns.get(turn);
    this.#turns.delete(turn);
    return stream === undefined ? null : textOf(stream.end());
  }
}

function textOf(text: string): ConnectionEvent | null {
  return text === "" ? null : { type: "text", text };
}
