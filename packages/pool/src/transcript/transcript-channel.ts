import { StringDecoder } from "node:string_decoder";
import { placeToCut } from "./cut-text.ts";
import type { Redaction } from "./redactor.ts";

/** A piece without an end of line is written when it is this long. */
const MAX_LINE = 64 * 1024;

/**
 * One stream of one process on its way into a transcript. Whole lines go on, so that a secret that is
 * split over chunks is found, and so is a code point.
 */
export class TranscriptChannel {
  readonly #redact: (text: string) => string;
  /** Of a piece that is cut, so much stays behind: a secret may have begun in it. */
  readonly #keep: number;
  readonly #write: (lines: readonly string[], goesOn: boolean) => boolean;
  readonly #decoder = new StringDecoder("utf8");
  #held: string[] = [];
  #length = 0;
  /** A piece of the present line has been written. */
  #begun = false;

  constructor(
    redaction: Redaction,
    /** `goesOn`: the last of the lines has not ended. Returns false when it wants a rest. */
    write: (lines: readonly string[], goesOn: boolean) => boolean,
  ) {
    this.#redact = redaction.redact;
    this.#keep = Math.max(0, redaction.longest - 1);
    this.#write = write;
  }

  /** Returns false when the writer wants a rest. */
  push(chunk: Buffer): boolean {
    const text = this.#decoder.write(chunk);
    const end = text.lastIndexOf("\n");
    let flowing = true;
    if (end !== -1) {
      this.#begun = false;
      this.#hold(text.slice(0, end));
      flowing = this.#write(this.#takeAll().split("\n"), false);
      this.#hold(text.slice(end + 1));
    } else this.#hold(text);
    if (this.#length <= MAX_LINE + this.#keep) return flowing;
    const held = this.#takeAll();
    const cut = placeToCut(held, Math.max(0, held.length - this.#keep));
    this.#hold(held.slice(cut));
    this.#begun = true;
    return this.#write([held.slice(0, cut)], true) && flowing;
  }

  /** No more comes: what is left is a line. Does nothing when called again. */
  end(): void {
    this.#hold(this.#decoder.end());
    if (this.#length > 0 || this.#begun) this.#write([this.#takeAll()], false);
    this.#begun = false;
  }

  #hold(text: string): void {
    if (text === "") return;
    this.#held.push(text);
    this.#length += text.length;
  }

  #takeAll(): string {
    const text = this.#redact(this.#held.join(""));
    this.#held = [];
    this.#length = 0;
    return text;
  }
}
