import { readSync } from "node:fs";
import { Readable } from "node:stream";
import { ReadStream } from "node:tty";
import { PREPARED } from "./fork-terminal.ts";

/** More than any kernel keeps for a terminal; beyond it, what the tool left behind is talking. */
const MAX_LEFT = 1024 * 1024;

/**
 * What a tool prints on its terminal, with backpressure. It ends when the tool has ended and all that it
 * printed has been read. The other end of the terminal is held open until then: a stream that sees the
 * hang-up drops what it has not read yet (libuv/libuv#4992), and a grandchild may keep it away for ever.
 */
export class TerminalOutput extends Readable {
  /** Resolves with true when the terminal is prepared; with false when that failed, and all is output. */
  readonly prepared: Promise<boolean>;
  readonly #master: number;
  readonly #stream: ReadStream;
  readonly #close: () => void;
  readonly #onPrepared: (well: boolean) => void;
  #preparing = true;
  #processEnded = false;
  #wanted = true;

  /** @param close Closes the other end of the terminal. Called once. */
  constructor(master: number, close: () => void) {
    super();
    this.#master = master;
    this.#close = close;
    const prepared = Promise.withResolvers<boolean>();
    this.prepared = prepared.promise;
    this.#onPrepared = prepared.resolve;
    this.#stream = new ReadStream(master);
    this.#stream.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#stream.on("error", () => this.push(null));
  }

  /** What has been printed by now is all that counts. */
  endProcess(): void {
    this.#processEnded = true;
    if (this.#wanted) this.#readTheRest();
    this.#onPrepared(false);
  }

  override _read(): void {
    this.#wanted = true;
    if (this.#processEnded) this.#readTheRest();
    else this.#stream.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#onPrepared(false);
    this.#stream.destroy();
    this.#close();
    done(error);
  }

  #take(chunk: Buffer): void {
    const bytes = this.#preparing && chunk[0] === PREPARED ? chunk.subarray(1) : chunk;
    if (this.#preparing) {
      this.#preparing = false;
      this.#onPrepared(bytes !== chunk);
    }
    if (bytes.length === 0 || this.push(bytes)) return;
    this.#wanted = false;
    this.#stream.pause();
  }

  #readTheRest(): void {
    if (this.destroyed) return;
    this.#stream.pause();
    // What was read ahead; it comes by the stream's own event.
    this.#stream.read();
    const buffer = Buffer.allocUnsafe(64 * 1024);
    for (let left = MAX_LEFT; left > 0; ) {
      if (!this.#wanted) return;
      const count = readAvailable(this.#master, buffer);
      if (count === 0) break;
      left -= count;
      this.#take(Buffer.from(buffer.subarray(0, count)));
    }
    this.push(null);
  }
}

/** Returns 0 when there is nothing: the descriptor does not block. */
function readAvailable(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer);
  } catch {
    return 0;
  }
}
