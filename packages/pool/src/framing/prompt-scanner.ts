import { StringDecoder } from "node:string_decoder";

/** How far back from the end a pattern is looked for, so that long output is not scanned again and again. */
const PATTERN_WINDOW = 4096;

interface Search {
  readonly pattern: string | RegExp;
  readonly onText: ((text: string) => void) | undefined;
  /** How many of the collected characters `onText` has had. */
  told: number;
  found(before: string): void;
}

/**
 * Collects text until a pattern comes. A string may come anywhere; a regular expression is matched
 * against the last 4096 characters. A code point that is split over two chunks stays whole.
 */
export class PromptScanner {
  readonly #decoders: Record<"stdout" | "stderr", StringDecoder> = {
    stdout: new StringDecoder("utf8"),
    stderr: new StringDecoder("utf8"),
  };
  #pieces: string[] = [];
  /** The end of what was collected, where a pattern may have begun. */
  #window = "";
  #length = 0;
  #search: Search | null = null;

  push(chunk: Buffer, stream: "stdout" | "stderr"): void {
    const text = this.#decoders[stream].write(chunk);
    if (text === "") return;
    this.#collect(text);
    this.#look(text.length);
  }

  /** Resolves with what came before the pattern. A new call takes the place of one that is waiting. */
  until(pattern: string | RegExp, onText?: (text: string) => void): Promise<string> {
    return new Promise((resolve) => {
      this.#search = { pattern, onText, told: 0, found: resolve };
      this.#look(this.#length);
    });
  }

  clear(): void {
    this.#pieces = [];
    this.#window = "";
    this.#length = 0;
  }

  #collect(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    this.#window = (this.#window + text).slice(
      -Math.max(PATTERN_WINDOW, text.length + PATTERN_WINDOW),
    );
  }

  /** Passes on what is surely part of the answer, up to a position. */
  #tell(search: Search, end: number): void {
    if (search.onText === undefined || end <= search.told) return;
    // Only the newest text can be untold, and the window holds all of that.
    const offset = this.#length - this.#window.length;
    const text = this.#window.slice(Math.max(0, search.told - offset), end - offset);
    search.told = end;
    if (text !== "") search.onText(text);
  }

  #look(fresh: number): void {
    const search = this.#search;
    if (search === null) return;
    const at = find(this.#window, search.pattern, fresh);
    const offset = this.#length - this.#window.length;
    if (at === null) {
      this.#tell(search, this.#length - mayBegin(this.#window, search.pattern));
      return;
    }
    this.#tell(search, offset + at.start);
    const all = this.#pieces.join("");
    this.clear();
    this.#search = null;
    const rest = all.slice(offset + at.end);
    if (rest !== "") this.#collect(rest);
    search.found(all.slice(0, offset + at.start));
  }
}

/** How many characters at the end may be the beginning of the pattern, and are not told yet. */
function mayBegin(text: string, pattern: string | RegExp): number {
  if (typeof pattern !== "string") return text.length - (text.lastIndexOf("\n") + 1);
  for (let size = Math.min(pattern.length - 1, text.length); size > 0; size -= 1) {
    if (pattern.startsWith(text.slice(text.length - size))) return size;
  }
  return 0;
}

/** A match that can only have become one with the fresh text. */
function find(
  text: string,
  pattern: string | RegExp,
  fresh: number,
): { readonly start: number; readonly end: number } | null {
  if (typeof pattern === "string") {
    const start = text.indexOf(pattern, Math.max(0, text.length - fresh - pattern.length));
    return start === -1 ? null : { start, end: start + pattern.length };
  }
  const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")).exec(text);
  return match === null ? null : { start: match.index, end: match.index + match[0].length };
}
