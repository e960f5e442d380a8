/**
 * Delivers events to subscribers, in order and at once. A subscriber that throws harms neither the
 * pool nor the other subscribers: its error becomes a process warning.
 */
export class Emitter<Event> {
  readonly #listeners = new Set<(event: Event) => void>();

  subscribe(listener: (event: Event) => void): () => void {
    // A wrapper of its own for each call, so that one function may subscribe twice.
    const entry = (event: Event): void => listener(event);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  emit(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        process.emitWarning(
          error instanceof Error ? error : String(error),
          "PoolSubscriberWarning",
        );
      }
    }
  }
}
