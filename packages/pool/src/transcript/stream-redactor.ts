import type { Redaction } from "./redactor.ts";

/**
 * Takes secrets out of a text that comes in pieces. What may be the beginning of a secret is held back
 * until the next piece tells.
 */
export class StreamRedactor {
  readonly #secrets: readonly string[];
  readonly #longest: number;
  readonly #any: RegExp;
  #held = "";

  constructor({ patterns, longest }: Pick<Redaction, "patterns" | "longest">) {
    this.#secrets = patterns;
    this.#longest = longest;
    // The longest come first: one secret may be the beginning of another.
    this.#any = new RegExp(patterns.map((secret) => literally(secret)).join("|"), "g");
  }

  /** Returns what can be said now. */
  push(text: string): string {
    const all = this.#held + text;
    const hold = this.#openEnd(all);
    this.#held = all.slice(hold);
    return this.#redact(all.slice(0, hold));
  }

  /** No more comes. Returns what was held back. */
  end(): string {
    const rest = this.#redact(this.#held);
    this.#held = "";
    return rest;
  }

  #redact(text: string): string {
    return text.replace(this.#any, "[redacted]");
  }

  /** Where the end of a text begins that may go on as a secret. */
  #openEnd(text: string): number {
    let index = Math.max(0, text.length - this.#longest + 1);
    for (const match of text.matchAll(this.#any)) {
      // Within a whole secret no other one begins; the whole one may be the beginning of a longer one.
      const open = this.#opensBefore(text, index, match.index + 1);
      if (open !== null) return open;
      index = Math.max(index, match.index + match[0].length);
    }
    return this.#opensBefore(text, index, text.length) ?? text.length;
  }

  #opensBefore(text: string, from: number, to: number): number | null {
    for (let index = from; index < to; index += 1) {
      const length = text.length - index;
      const opens = this.#secrets.some(
        (secret) => secret.length > length && text.startsWith(secret.slice(0, length), index),
      );
      if (opens) return index;
    }
    return null;
  }
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
