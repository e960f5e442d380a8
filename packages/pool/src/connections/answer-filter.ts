import { EchoFilter } from "./echo-filter.ts";
import type { LineProtocolOptions } from "./line-options.ts";
import { NoiseFilter } from "./noise-filter.ts";

/** What of one answer's text is the tool's own: without its noise, and what it repeats of its input. */
export class AnswerFilter {
  readonly #noise: NoiseFilter | null;
  readonly #echo: EchoFilter | null;

  /** @param onDropped Is told what is taken out. */
  constructor(
    { noise, echoes }: Pick<LineProtocolOptions, "noise" | "echoes">,
    input: string,
    onDropped?: (role: "noise" | "echo", text: string) => void,
  ) {
    this.#noise =
      noise === undefined
        ? null
        : new NoiseFilter(noise, onDropped && ((text) => onDropped("noise", text)));
    this.#echo =
      echoes === true
        ? new EchoFilter(input, onDropped && ((text) => onDropped("echo", text)))
        : null;
  }

  /** Whether there is anything to be taken out at all. */
  static needed({ noise, echoes }: LineProtocolOptions): boolean {
    return noise !== undefined || echoes === true;
  }

  push(text: string): string {
    const clean = this.#noise === null ? text : this.#noise.push(text);
    return this.#echo === null ? clean : this.#echo.push(clean);
  }

  /** What is left when no more comes. */
  end(): string {
    const clean = this.#noise?.end() ?? "";
    return this.#echo === null ? clean : this.#echo.push(clean) + this.#echo.end();
  }
}
