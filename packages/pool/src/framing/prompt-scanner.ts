import { StringDecoder } from "node:string_decoder";
import { type EndPattern, endPattern, LOOK_BACK } from "./end-pattern.ts";
import { PlainText } from "./plain-text.ts";

/** How much is kept of what comes while nobody waits for a pattern. */
const UNCLAIMED = 64 * 1024;

type Channel = "stdout" | "stderr";

interface Search {
  readonly pattern: EndPattern;
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
  readonly #channels: Record<Channel, ChannelText>;
  /** What is surely not part of the pattern, in the order in which it came. */
  #answer: string[] = [];
  #search: Search | null = null;

  /** @param plain Whether what only a terminal understands is taken out of the text first. */
  constructor(plain = false) {
    this.#channels = { stdout: new ChannelText(plain), stderr: new ChannelText(plain) };
  }

  push(chunk: Buffer, channel: Channel): void {
    if (!this.#channels[channel].take(chunk)) return;
    this.#look(channel);
    if (this.#search === null) this.#bound();
  }

  /** Resolves with what came before the pattern. A new call takes the place of one that is waiting. */
  until(end: string | RegExp | EndPattern, onText?: (text: string) => void): Promise<string> {
    return new Promise((resolve, reject) => {
      const pattern = typeof end === "string" || end instanceof RegExp ? endPattern(end) : end;
      this.#search = { pattern, onText, found: resolve, lost: reject };
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
      channel.clear();
    }
  }

  #look(channel: Channel): void {
    const search = this.#search;
    if (search === null) return;
    const text = this.#channels[channel];
    const { pattern } = search;
    const match = pattern.find(text.held, text.released);
    if (match === null) {
      this.#release(text, text.held.length - pattern.undecided(text.held), search.onText);
      return;
    }
    // A regular expression may have begun in text that was released before.
    const before = Math.max(0, match.start);
    this.#release(text, before, search.onText);
    text.letGo(match.end - before, pattern.lineEndFollows);
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
  readonly #decoder = new StringDecoder("utf8");
  readonly #plain: PlainText | null;
  held = "";
  /** The end of what was released: a pattern may look back at it. */
  released = "";
  /** A pattern was found whose line end has not come yet. */
  #lineEndIsDue = false;

  constructor(plain: boolean) {
    this.#plain = plain ? new PlainText() : null;
  }

  /** Returns false when that brought no text that belongs to anything. */
  take(chunk: Buffer): boolean {
    const decoded = this.#decoder.write(chunk);
    const text = this.#plain === null ? decoded : this.#plain.write(decoded);
    if (text === "") return false;
    this.held += text;
    if (this.#lineEndIsDue) this.#dropLineEnd();
    return this.held !== "" && !this.#lineEndIsDue;
  }

  clear(): void {
    this.held = "";
    this.#decoder.end();
    this.#plain?.clear();
  }

  /** Lets go of a pattern that was found, with the line end behind it. */
  letGo(length: number, lineEndFollows: boolean): void {
    this.held = this.held.slice(length);
    this.#lineEndIsDue = lineEndFollows;
    if (lineEndFollows) this.#dropLineEnd();
  }

  /** Whatever comes instead has been put in between, and the line end is its own. */
  #dropLineEnd(): void {
    if (this.held === "" || this.held === "\r") return;
    this.#lineEndIsDue = false;
    this.held = this.held.replace(/^\r?\n/, "");
  }
}
