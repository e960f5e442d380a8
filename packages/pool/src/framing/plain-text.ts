/** A sequence that has not ended after so much never will. */
const MAX_SEQUENCE = 4096;
/** Whether there is anything to do at all. */
const UNUSUAL = /(?![\t\n])\p{Cc}/u;

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BELL = 0x07;
const ESCAPE = 0x1b;
/** CSI in one character. */
const CONTROL_SEQUENCE = 0x9b;

/**
 * Where the text is: outside of all sequences, behind ESC, in a control sequence (`ESC [ … letter`:
 * colours, the cursor), or in a string (`ESC ] … BEL` or `ESC \`: titles, links).
 */
type Place = "text" | "escape" | "sequence" | "string" | "string-escape";

/**
 * Takes out of a text what only a terminal understands, however it is cut into pieces: escape sequences
 * and control characters. Every line end becomes `\n`; so does a lone carriage return, with which a
 * progress bar draws over itself, and each of its states becomes a line.
 */
export class PlainText {
  #place: Place = "text";
  /** How long the present sequence is. */
  #length = 0;
  readonly #onDropped: ((text: string) => void) | undefined;
  /** A carriage return has come, and what follows decides. */
  #returned = false;

  /** @param onDropped Is told what is taken out. */
  constructor(onDropped?: (text: string) => void) {
    this.#onDropped = onDropped;
  }

  /** Returns what of it is plain text. */
  write(piece: string): string {
    if (this.#place === "text" && !this.#returned && !UNUSUAL.test(piece)) return piece;
    let text = "";
    let dropped = "";
    for (const character of piece) {
      const code = character.codePointAt(0) as number;
      const plain = this.#place === "text" ? this.#plain(character, code) : this.#pass(code);
      text += plain;
      if (plain === "") dropped += character;
    }
    if (dropped !== "") this.#onDropped?.(dropped);
    return text;
  }

  /**
   * What comes now has nothing to do with what came before. The rest of a short sequence is still to
   * come; a long one may never end, and would swallow what is not its own.
   */
  clear(): void {
    if (this.#place === "string" || this.#place === "string-escape") this.#place = "text";
    this.#returned = false;
  }

  #plain(character: string, code: number): string {
    if (code === ESCAPE || code === CONTROL_SEQUENCE) {
      this.#place = code === ESCAPE ? "escape" : "sequence";
      this.#length = 0;
      return "";
    }
    if (code === RETURN) {
      this.#returned = true;
      return "";
    }
    const visible = code === TAB || code === NEWLINE || !UNUSUAL.test(character);
    if (!visible) return "";
    const lineEnd = this.#returned && code !== NEWLINE ? "\n" : "";
    this.#returned = false;
    return lineEnd + character;
  }

  #pass(code: number): string {
    this.#length += 1;
    this.#place = this.#length > MAX_SEQUENCE ? "text" : this.#next(code);
    return "";
  }

  #next(code: number): Place {
    switch (this.#place) {
      case "escape":
        if (code === 0x5b) return "sequence";
        // ] P X ^ _
        if ([0x5d, 0x50, 0x58, 0x5e, 0x5f].includes(code)) return "string";
        return isIntermediate(code) ? "escape" : "text";
      case "sequence":
        // Its end is a letter or a sign near letters; what is neither belongs to no sequence.
        return isIntermediate(code) || (code >= 0x30 && code <= 0x3f) ? "sequence" : "text";
      case "string":
        if (code === ESCAPE) return "string-escape";
        return code === BELL ? "text" : "string";
      default:
        return code === 0x5c ? "text" : "string";
    }
  }
}

function isIntermediate(code: number): boolean {
  return code >= 0x20 && code <= 0x2f;
}
