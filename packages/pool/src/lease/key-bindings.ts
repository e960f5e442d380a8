/** How many keys are remembered; beyond that the oldest is forgotten and its next request goes anywhere. */
const MAX_KEYS = 10_000;

/** What the keys need to know of an instance. */
export interface KeyHome {
  readonly index: number;
  /** Another one whenever the instance loses its context: with its process, or by a reset. */
  readonly conversation: object;
  readonly hopeful: boolean;
}

/** On which instance the conversation of each key is. */
export class KeyBindings {
  readonly #bindings = new Map<
    string,
    { readonly instance: number; readonly conversation: object }
  >();

  bind(key: string, home: KeyHome): void {
    this.#bindings.delete(key);
    this.#bindings.set(key, { instance: home.index, conversation: home.conversation });
    if (this.#bindings.size <= MAX_KEYS) return;
    const [oldest] = this.#bindings.keys();
    if (oldest !== undefined) this.#bindings.delete(oldest);
  }

  /** The instance that still has the key's conversation. */
  homeOf(key: string, find: (index: number) => KeyHome | undefined): number | undefined {
    const binding = this.#bindings.get(key);
    if (binding === undefined) return undefined;
    const home = find(binding.instance);
    if (home?.hopeful === true && home.conversation === binding.conversation) return home.index;
    this.#bindings.delete(key);
    return undefined;
  }
}
