import type { Clock } from "../pool/clock.ts";

/** Many turns within this time are one look at the memory of their process. */
const COALESCE_MS = 250;

/** Something whose memory can be asked for. */
export interface Sampled {
  memory(): Promise<number | null>;
}

/** Looks at the memory of processes some time after their turns, beside the path of the turns. */
export class MemorySampler {
  readonly #clock: Clock;
  #asked = new Map<Sampled, (bytes: number) => void>();
  #scheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ask(process: Sampled, answer: (bytes: number) => void): void {
    this.#asked.set(process, answer);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.after(COALESCE_MS, () => void this.#look(), "background");
  }

  /** One after the other: to tell it, the kernel walks the page tables of a process. */
  async #look(): Promise<void> {
    const asked = this.#asked;
    this.#asked = new Map();
    this.#scheduled = false;
    for (const [process, answer] of asked) {
      const bytes = await process.memory().catch(() => null);
      if (bytes !== null) answer(bytes);
    }
  }
}
