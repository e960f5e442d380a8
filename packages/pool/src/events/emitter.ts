/**
 * Delivers events to subscribers, in order and at once. A subscriber that throws, or whose promise
 * rejects, harms neither the pool nor the other subscribers: its error becomes a process warning.
 */
export class Emitter<Event> {
  readonly #listeners = new Set<(event: Event) => unknown>();
  readonly #prepare: (event: Event) => Event;

  /** @param prepare What becomes of an event before anybody hears it. */
  constructor(prepare: (event: Event) => Event) {
    this.#prepare = prepare;
  }

  subscribe(listener: (event: Event) => unknown): () => void {
    // A wrapper of its own for each call, so that one function may subscribe twice.
    const entry = (event: Event): unknown => listener(event);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** Whether anybody listens: an event that nobody hears need not be made. */
  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  emit(raw: Event): void {
    if (!this.heard) return;
    const event = this.#prepare(raw);
    for (const listener of this.#listeners) {
      try {
        const outcome = listener(event);
        if (outcome instanceof Promise) outcome.catch(warn);
      } catch (error) {
        warn(error);
      }
    }
  }
}

function warn(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`A subscriber failed: ${message}`, "PoolSubscriberWarning");
}
