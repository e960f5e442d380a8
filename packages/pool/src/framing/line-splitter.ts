import { ProtocolError } from "../errors/turn-errors.ts";

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines at 0x0A, before any decoding, so that a code point that is split
 * over two chunks stays whole. An unfinished line is a list of chunks: joining them once, at its end,
 * keeps a 64 MiB line linear.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  readonly #onLine: (line: Buffer) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(onLine: (line: Buffer) => void, maxLineBytes: number) {
    this.#onLine = onLine;
    this.#maxLineBytes = maxLineBytes;
  }

  /** How many bytes of an unfinished line are held. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** @throws {ProtocolError} when a line is longer than allowed; the splitter is then empty. */
  push(chunk: Buffer): void {
    let start = 0;
    let end = chunk.indexOf(NEWLINE);
    while (end !== -1) {
      const piece = chunk.subarray(start, end);
      this.#checkLength(piece.length);
      if (this.#pendingBytes === 0) {
        this.#onLine(piece);
      } else {
        this.#pending.push(piece);
        const line = Buffer.concat(this.#pending);
        this.clear();
        this.#onLine(line);
      }
      start = end + 1;
      end = chunk.indexOf(NEWLINE, start);
    }
    if (start < chunk.length) {
      const rest = start === 0 ? chunk : chunk.subarray(start);
      this.#checkLength(rest.length);
      this.#pending.push(rest);
      this.#pendingBytes += rest.length;
    }
  }

  /** Lets go of an unfinished line. */
  clear(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #checkLength(more: number): void {
    const length = this.#pendingBytes + more;
    if (length <= this.#maxLineBytes) return;
    this.clear();
    throw new ProtocolError(
      `The tool printed a line of more than ${this.#maxLineBytes} bytes. ` +
        "If such lines are right, raise maxLineBytes.",
    );
  }
}
