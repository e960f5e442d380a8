/** Those who listen. One that throws harms nobody else: its error becomes a process warning. */
export class Subscribers<Event> {
  readonly #listeners = new Set<(event: Event) => void>();

  /** Returns the function that ends the subscription. */
  add(listener: (event: Event) => void): () => void {
    // A wrapper of its own for each call, so that one function may subscribe twice.
    const entry = (event: Event): void => listener(event);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  publish(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        const shown = error instanceof Error ? error : String(error);
        process.emitWarning(shown, "ClusterSubscriberWarning");
      }
    }
  }
}
