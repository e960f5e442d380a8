import { StringDecoder } from "node:string_decoder";
import { toError } from "../errors/pool-error.ts";
import { type EndPattern, endPattern, LOOK_BACK } from "./end-pattern.ts";
import type { FramingTrace, SaidRole } from "./framing-trace.ts";
import { PlainText } from "./plain-text.ts";

/** How much is kept of what comes while nobody waits for a pattern. */
const UNCLAIMED = 64 * 1024;

/** Which stream a text came by. */
export type Channel = "stdout" | "stderr";

type OnText = (text: string, channel: Channel) => void;

interface Search {
  readonly pattern: EndPattern;
  readonly onText: OnText | undefined;
  /** What the pattern itself is. */
  readonly role: SaidRole;
  /** What comes by stderr without the pattern in it is for the next search. */
  readonly keepsStderr: boolean;
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
  readonly #trace: FramingTrace | undefined;
  /** What is surely not part of the pattern, in the order in which it came. */
  #answer: string[] = [];
  #search: Search | null = null;
  /** What comes after a pattern was found may still be of the same turn; until `takeLate` or `clear`. */
  #kept = false;
  /** Where the last pattern was found. */
  #foundOn: Channel = "stdout";
  #lateChunks = 0;
  /** What a pattern, or whoever is told of the text, threw: nothing can be believed from then on. */
  #fault: Error | null = null;

  /**
   * @param plain Whether what only a terminal understands is taken out of the text first.
   * @param trace Is told of all text but what comes before a pattern, which is for whoever waits.
   */
  constructor(plain = false, trace?: FramingTrace) {
    const channelText = (channel: Channel): ChannelText =>
      new ChannelText(plain, trace && ((role, text) => this.#tell(role, text, channel)));
    this.#channels = { stdout: channelText("stdout"), stderr: channelText("stderr") };
    this.#trace = trace;
  }

  /** Never throws: nobody above a stream could catch it. */
  push(chunk: Buffer, channel: Channel): void {
    if (this.#fault !== null) return;
    try {
      this.#take(chunk, channel);
    } catch (error) {
      this.#fault = toError(error);
      this.end(this.#fault);
    }
  }

  /**
   * Resolves with what came before the pattern. A new call takes the place of one that is waiting.
   *
   * @param keepsStderr Whether what comes by stderr before the pattern stays for the next call.
   */
  until(
    end: string | RegExp | EndPattern,
    onText?: OnText,
    role: SaidRole = "end",
    keepsStderr = false,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== null) throw this.#fault;
      this.#kept = false;
      const pattern = typeof end === "string" || end instanceof RegExp ? endPattern(end) : end;
      this.#search = { pattern, onText, role, keepsStderr, found: resolve, lost: reject };
      this.#trace?.({ type: "awaiting", what: role, pattern: pattern.shown });
      this.#look("stdout");
      this.#look("stderr");
    });
  }

  /** Nothing more comes: whoever waits for a pattern is told so. */
  end(error: Error): void {
    this.#search?.lost(error);
    this.#search = null;
  }

  /** How often the stream without the pattern has brought something since the pattern was found. */
  get lateChunks(): number {
    return this.#lateChunks;
  }

  /** Takes what the stream without the pattern has brought since the pattern was found. */
  takeLate(): { readonly text: string; readonly channel: Channel } {
    const channel = otherThan(this.#foundOn);
    const text = this.#channels[channel].held;
    this.#channels[channel].held = "";
    this.#kept = false;
    return { text, channel };
  }

  /** Whether a text came since the last pattern was found. */
  answerHolds(text: string): boolean {
    const held = Object.values(this.#channels).map((channel) => channel.held);
    return [this.#answer.join(""), ...held].join("").includes(text);
  }

  #take(chunk: Buffer, channel: Channel): void {
    this.#trace?.({ type: "heard", channel, bytes: chunk });
    if (!this.#channels[channel].take(chunk)) return;
    this.#look(channel);
    if (this.#search !== null) return;
    if (channel !== this.#foundOn) this.#lateChunks += 1;
    if (!this.#kept) this.#bound();
  }

  #tell(role: SaidRole, text: string, channel: Channel): void {
    if (text !== "") this.#trace?.({ type: "said", role, channel, text });
  }

  /** Lets go of everything, half a code point included: it belongs to no answer. */
  clear(): void {
    this.#kept = false;
    this.#forget();
    for (const [name, channel] of Object.entries(this.#channels)) {
      this.#tell("between", channel.held, name as Channel);
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
      if (search.keepsStderr && channel === "stderr") return;
      this.#release(channel, text.held.length - pattern.undecided(text.held), search.onText);
      return;
    }
    // A regular expression may have begun in text that was released before.
    const before = Math.max(0, match.start);
    this.#release(channel, before, search.onText);
    const other = otherThan(channel);
    if (!search.keepsStderr || other === "stdout") {
      this.#release(other, this.#channels[other].held.length, search.onText);
    }
    this.#tell(search.role, text.held.slice(0, match.end - before), channel);
    text.letGo(match.end - before, pattern.lineEndFollows);
    this.#trace?.({ type: "found" });
    const answer = this.#answer.join("");
    this.#forget();
    this.#search = null;
    this.#kept = true;
    this.#foundOn = channel;
    this.#lateChunks = 0;
    search.found(match.start < 0 ? answer.slice(0, match.start) : answer);
  }

  #release(channel: Channel, length: number, onText: OnText | undefined): void {
    if (length <= 0) return;
    const text = this.#channels[channel];
    const piece = text.held.slice(0, length);
    text.held = text.held.slice(length);
    text.released = (text.released + piece).slice(-LOOK_BACK);
    this.#answer.push(piece);
    onText?.(piece, channel);
  }

  #forget(): void {
    this.#answer = [];
    for (const channel of Object.values(this.#channels)) channel.released = "";
  }

  /** Between turns a tool may print what it likes, and nobody reads it. */
  #bound(): void {
    for (const [name, channel] of Object.entries(this.#channels)) {
      if (channel.held.length <= UNCLAIMED) continue;
      this.#tell("between", channel.held.slice(0, -UNCLAIMED), name as Channel);
      channel.held = channel.held.slice(-UNCLAIMED);
    }
  }
}

function otherThan(channel: Channel): Channel {
  return channel === "stdout" ? "stderr" : "stdout";
}

/** The text of one stream that may still become part of the pattern. */
class ChannelText {
  readonly #decoder = new StringDecoder("utf8");
  readonly #plain: PlainText | null;
  readonly #told: ((role: SaidRole, text: string) => void) | undefined;
  held = "";
  /** The end of what was released: a pattern may look back at it. */
  released = "";
  /** A pattern was found whose line end has not come yet. */
  #lineEndIsDue = false;

  constructor(plain: boolean, told?: (role: SaidRole, text: string) => void) {
    this.#plain = plain ? new PlainText(told && ((text) => told("control", text))) : null;
    this.#told = told;
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
    const [lineEnd = ""] = /^\r?\n/.exec(this.held) ?? [];
    this.held = this.held.slice(lineEnd.length);
    this.#told?.("end", lineEnd);
  }
}
