import type { TurnEvent } from "./turn-event.ts";

const LIMIT = 1024;

/** The events of a turn that nobody has read yet. The oldest go first when there are too many. */
export class EventBuffer {
  #events: TurnEvent[] = [];
  #dropped = 0;
  #closed = false;
  #waiting: (() => void)[] = [];

  push(event: TurnEvent): void {
    if (this.#closed) return;
    if (this.#events.length >= LIMIT) {
      // In blocks: shifting one by one would move the whole array for each event.
      this.#dropped += LIMIT / 2;
      this.#events = this.#events.slice(LIMIT / 2);
    }
    this.#events.push(event);
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** The next event, or null when the turn is over and all has been read. */
  async next(): Promise<TurnEvent | null> {
    while (true) {
      if (this.#dropped > 0) {
        const count = this.#dropped;
        this.#dropped = 0;
        return { type: "dropped", count };
      }
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#closed) return null;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
