/** Lets two callers wait for each other, so that what they do then happens at the same time. */
export class Rendezvous {
  readonly #waiting = new Map<string, { readonly who: string; readonly go: () => void }>();
  readonly #patienceMs: number;

  /** @param patienceMs how long one waits for the other before it goes on alone */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Resolves when another one has come to the same place. The same one coming again waits for nobody. */
  async meet(place: string, who: string): Promise<void> {
    const there = this.#waiting.get(place);
    if (there !== undefined && there.who !== who) {
      this.#waiting.delete(place);
      there.go();
      return;
    }
    const met = Promise.withResolvers<void>();
    const me = { who, go: met.resolve };
    const timer = setTimeout(met.resolve, this.#patienceMs);
    this.#waiting.set(place, me);
    await met.promise;
    clearTimeout(timer);
    if (this.#waiting.get(place) === me) this.#waiting.delete(place);
  }
}
