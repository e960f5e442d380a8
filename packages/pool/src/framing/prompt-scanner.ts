import { StringDecoder } from "node:string_decoder";

/** How much text a regular expression may look back at, so that long output stays linear. */
const LOOK_BACK = 4096;
/** How much is kept of what comes while nobody waits for a pattern. */
const UNCLAIMED = 64 * 1024;

type Channel = "stdout" | "stderr";

interface Search {
  readonly pattern: string | RegExp;
  readonly onText: ((text: string) => void) | undefined;
  found(before: string): void;
  lost(error: Error): void;
}

/**
 * Collects text until a pattern comes. A string may come anywhere; a regular expression is matched
 * against the last 4096 characters and what is new. A code point that is split over two chunks stays
 * whole, and a string is found however its bytes are cut into chunks. Each channel is searched by
 * itself, so that text from one never cuts a pattern in the other; the answer has both, as they came.
 */
export class PromptScanner {
  readonly #channels: Record<Channel, ChannelText> = {
    stdout: new ChannelText(),
    stderr: new ChannelText(),
  };
  /** What is surely not part of the pattern, in the order in which it came. */
  #answer: string[] = [];
  #search: Search | null = null;

  push(chunk: Buffer, channel: Channel): void {
    const text = this.#channels[channel].decoder.write(chunk);
    if (text === "") return;
    this.#channels[channel].held += text;
    this.#look(channel);
    if (this.#search === null) this.#bound();
  }

  /** Resolves with what came before the pattern. A new call takes the place of one that is waiting. */
  until(pattern: string | RegExp, onText?: (text: string) => void): Promise<string> {
    return new Promise((resolve, reject) => {
      const steady = typeof pattern === "string" ? pattern : withoutState(pattern);
      this.#search = { pattern: steady, onText, found: resolve, lost: reject };
      this.#look("stdout");
      this.#look("stderr");
    });
  }

  /** Nothing more comes: whoever waits for a pattern is told so. */
  end(error: Error): void {
    this.#search?.lost(error);
    this.#search = null;
  }

  /** Takes what a channel brought since the pattern was found. */
  take(channel: Channel): string {
    const text = this.#channels[channel].held;
    this.#channels[channel].held = "";
    return text;
  }

  /** Lets go of everything, half a code point included: it belongs to no answer. */
  clear(): void {
    this.#forget();
    for (const channel of Object.values(this.#channels)) {
      channel.held = "";
      channel.decoder.end();
    }
  }

  #look(channel: Channel): void {
    const search = this.#search;
    if (search === null) return;
    const text = this.#channels[channel];
    const match = text.find(search.pattern);
    if (match === null) {
      this.#release(text, text.held.length - text.undecided(search.pattern), search.onText);
      return;
    }
    // A regular expression may have begun in text that was released before.
    const before = Math.max(0, match.start);
    this.#release(text, before, search.onText);
    text.held = text.held.slice(match.end - before);
    const other = this.#channels[channel === "stdout" ? "stderr" : "stdout"];
    this.#release(other, other.held.length, search.onText);
    const answer = this.#answer.join("");
    this.#forget();
    this.#search = null;
    search.found(match.start < 0 ? answer.slice(0, match.start) : answer);
  }

  #release(text: ChannelText, length: number, onText: Search["onText"]): void {
    if (length <= 0) return;
    const piece = text.held.slice(0, length);
    text.held = text.held.slice(length);
    text.released = (text.released + piece).slice(-LOOK_BACK);
    this.#answer.push(piece);
    onText?.(piece);
  }

  #forget(): void {
    this.#answer = [];
    for (const channel of Object.values(this.#channels)) channel.released = "";
  }

  /** Between turns a tool may print what it likes, and nobody reads it. */
  #bound(): void {
    for (const channel of Object.values(this.#channels)) {
      if (channel.held.length > UNCLAIMED) channel.held = channel.held.slice(-UNCLAIMED);
    }
  }
}

/** The text of one stream that may still become part of the pattern. */
class ChannelText {
  readonly decoder = new StringDecoder("utf8");
  held = "";
  /** The end of what was released: a regular expression may look back at it. */
  released = "";

  /** Where the pattern is in the held text; `start` is below 0 where it began before that. */
  find(pattern: string | RegExp): { readonly start: number; readonly end: number } | null {
    if (typeof pattern === "string") {
      const start = this.held.indexOf(pattern);
      return start === -1 ? null : { start, end: start + pattern.length };
    }
    const match = pattern.exec(this.released + this.held);
    if (match === null || match[0] === "") return null;
    const start = match.index - this.released.length;
    // One that ends in released text was there before and was no match then.
    const end = Math.max(0, start + match[0].length);
    return { start, end };
  }

  /** How many characters at the end of the held text may be the beginning of the pattern. */
  undecided(pattern: string | RegExp): number {
    const { held } = this;
    // A prompt that is described by an expression is looked for in the last line.
    if (typeof pattern !== "string") {
      return Math.min(LOOK_BACK, held.length - (held.lastIndexOf("\n") + 1));
    }
    for (let size = Math.min(pattern.length - 1, held.length); size > 0; size -= 1) {
      if (held.endsWith(pattern.slice(0, size))) return size;
    }
    return 0;
  }
}

/** `g` and `y` make an expression remember where it was. */
function withoutState(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
}
