import { withFlags } from "../framing/end-pattern.ts";
import { GuardedExpression } from "../framing/guarded-expression.ts";

/**
 * Takes out of each line what a tool prints beside its answers, such as a prompt that cannot be switched
 * off. A line of which nothing is left was none of the answer's.
 */
export class NoiseFilter {
  readonly #noise: RegExp;
  readonly #onNoise: ((text: string) => void) | undefined;
  #held = "";

  /** @param onNoise Is told what is taken out. */
  constructor(noise: RegExp, onNoise?: (text: string) => void) {
    // Every match of a line, whatever the flags say.
    this.#noise = withFlags(noise, `${noise.flags.replace(/[gy]/g, "")}g`);
    this.#onNoise = onNoise;
  }

  /** The lines that are whole by now, without noise. */
  push(text: string): string {
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      this.#held += text;
      return "";
    }
    const whole = this.#held + text.slice(0, end);
    this.#held = text.slice(end);
    const clean = (): string =>
      whole
        .split(/(?<=\n)/)
        .map((line) => this.#clean(line))
        .join("");
    return this.#noise instanceof GuardedExpression ? this.#noise.together(whole, clean) : clean();
  }

  /** What is left when no more comes. */
  end(): string {
    const line = this.#held;
    this.#held = "";
    return line === "" ? "" : this.#clean(line);
  }

  #clean(line: string): string {
    const [lineEnd = ""] = /\r?\n$/.exec(line) ?? [];
    const body = line.slice(0, line.length - lineEnd.length);
    const clean = body.replace(this.#noise, "");
    if (clean === body) return line;
    const matches = body.match(this.#noise)?.join("") ?? "";
    this.#onNoise?.(clean === "" ? line : matches);
    return clean === "" ? "" : clean + lineEnd;
  }
}
