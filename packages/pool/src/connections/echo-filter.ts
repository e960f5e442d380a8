/** Takes what a tool repeats of its input out of what it says: the lines it was told, in their order. */
export class EchoFilter {
  readonly #told: string[];
  readonly #onEcho: ((text: string) => void) | undefined;
  /** The beginning of a line that may be a repeated one. */
  #held = "";
  /** The present line is not one: the rest of it passes. */
  #passing = false;

  /** @param onEcho Is told what is taken out. */
  constructor(input: string, onEcho?: (text: string) => void) {
    this.#told = input.split(/\r?\n/).slice(0, -1);
    this.#onEcho = onEcho;
  }

  /** What of the next piece of text is surely its own. */
  push(text: string): string {
    let own = "";
    for (const piece of text.split(/(?<=\n)/)) own += this.#take(piece);
    return own;
  }

  /** What is left when no more comes. */
  end(): string {
    return this.#release();
  }

  #take(piece: string): string {
    this.#held += piece;
    const [next] = this.#told;
    if (this.#passing || next === undefined) return this.#release();
    const isWhole = this.#held.endsWith("\n");
    const line = this.#held.replace(/\r?\n?$/, "");
    if (isWhole && line === next) {
      this.#told.shift();
      this.#onEcho?.(this.#held);
      this.#held = "";
      return "";
    }
    return !isWhole && next.startsWith(line) ? "" : this.#release();
  }

  #release(): string {
    const text = this.#held;
    this.#held = "";
    this.#passing = !text.endsWith("\n") && (this.#passing || text !== "");
    return text;
  }
}
