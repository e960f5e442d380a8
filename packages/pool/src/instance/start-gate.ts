/** Who goes first: an instance that has no process, or a spare that nobody needs yet. */
export type StartRank = "instance" | "spare";

/** Lets so many processes start at once: five starts on two processors only delay the first one. */
export class StartGate {
  #free: number;
  readonly #waiting: Readonly<Record<StartRank, Set<() => void>>> = {
    instance: new Set(),
    spare: new Set(),
  };

  constructor(width: number) {
    this.#free = width;
  }

  /**
   * Resolves when it is this one's turn, with the function that lets the next one in. Rejects with the
   * signal's reason when that comes first.
   */
  async enter(signal: AbortSignal, rank: StartRank = "instance"): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal, this.#waiting[rank]);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const { instance, spare } = this.#waiting;
      const [next] = instance.size > 0 ? instance : spare;
      if (next === undefined) this.#free += 1;
      else next();
    };
  }

  #wait(signal: AbortSignal, waiting: Set<() => void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(enter);
        signal.removeEventListener("abort", onAbort);
      };
      const enter = (): void => {
        leave();
        resolve();
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      waiting.add(enter);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
