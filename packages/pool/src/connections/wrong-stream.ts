import type { Readable } from "node:stream";
import { type EndPattern, endPattern } from "../framing/end-pattern.ts";
import { Tail } from "../framing/tail.ts";

const KEPT_BYTES = 4 * 1024;

/** Sees that a tool says on stderr what is awaited on stdout until it is ready. */
export class WrongStream {
  readonly #stderr: Readable;
  readonly #tail = new Tail(KEPT_BYTES);
  readonly #listener = (chunk: Buffer): void => this.#tail.push(chunk);
  #awaited: { readonly what: string; readonly pattern: EndPattern } | null = null;

  constructor(stderr: Readable) {
    this.#stderr = stderr;
    stderr.on("data", this.#listener);
  }

  awaits(what: string, pattern: string | RegExp | EndPattern): void {
    const isText = typeof pattern === "string" || pattern instanceof RegExp;
    this.#awaited = { what, pattern: isText ? endPattern(pattern) : pattern };
  }

  /** It is ready: nothing is to be explained. */
  end(): void {
    this.#stderr.off("data", this.#listener);
    this.#awaited = null;
  }

  /** What to do about it; null when it was not seen. */
  get hint(): string | null {
    if (this.#awaited === null) return null;
    const { what, pattern } = this.#awaited;
    if (pattern.find(this.#tail.toString(), "") === null) return null;
    return (
      `The ${what} ${pattern.shown} came on stderr, and is awaited on stdout: set mergeStderr ` +
      "(in a declared tool stderr: answer)."
    );
  }
}
