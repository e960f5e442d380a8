/** How many keys are remembered; beyond that the one that was used longest ago is forgotten. */
const MAX_KEYS = 10_000;

/** Which instance a key's context lives on. A binding ends with the process that holds the context. */
export class KeyBindings {
  readonly #instanceOf = new Map<string, number>();

  get(key: string): number | undefined {
    return this.#instanceOf.get(key);
  }

  bind(key: string, instance: number): void {
    this.#instanceOf.delete(key);
    this.#instanceOf.set(key, instance);
    if (this.#instanceOf.size <= MAX_KEYS) return;
    const oldest = this.#instanceOf.keys().next().value as string;
    this.#instanceOf.delete(oldest);
  }

  /** The process of this instance is gone, and every context with it. */
  forget(instance: number): void {
    for (const [key, bound] of this.#instanceOf)
      if (bound === instance) this.#instanceOf.delete(key);
  }
}
