import { writeSync } from "node:fs";
import { Writable } from "node:stream";

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;
/** What the kernel takes of one line in canonical mode, its end included. The rest it drops. */
const MAX_LINE = 4095;
const NEWLINE = 0x0a;
const END_OF_INPUT = Buffer.of(4);
const FIRST_SIGN_MS = 20;
/** Over ten seconds in all. */
const MOST_SIGNS = 10;

/** What the input needs to know of its terminal. */
export interface InputTerminal {
  readonly master: number;
  /** Nobody reads any more, or the descriptor is closed. */
  readonly over: boolean;
  readonly lineEditing: boolean;
  /** Makes the terminal take ^D for the end of the input. */
  recogniseEnd(): Promise<void>;
}

/**
 * What is typed on a terminal, with backpressure. Written by hand: a stream of Node takes a terminal's
 * writes for blocking ones and turns in a circle while the tool does not read. No event tells that a
 * terminal takes more, so a full one is asked again after a short while.
 */
export class TerminalInput extends Writable {
  readonly #terminal: InputTerminal;
  #lineLength = 0;
  #timer: NodeJS.Timeout | undefined;
  #waiting: ((error: Error) => void) | null = null;

  constructor(terminal: InputTerminal) {
    // It goes on signing the end after its last byte; the end of the process destroys it.
    super({ autoDestroy: false });
    this.#terminal = terminal;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#terminal.lineEditing && !this.#countLine(chunk)) done(lineTooLong());
    else this.#send(chunk, 0, FIRST_PAUSE_MS, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    const ready = this.#terminal.lineEditing ? Promise.resolve() : this.#terminal.recogniseEnd();
    void ready.catch(() => {}).then(() => this.#signEnd(MOST_SIGNS, FIRST_SIGN_MS));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#waiting?.(error ?? nobodyReads());
    done(error);
  }

  /**
   * Signs the end until the tool has gone: in the middle of a line the first ^D only hands that piece
   * over, and a tool that just sets the modes of its terminal loses one.
   */
  #signEnd(times: number, pauseMs: number): void {
    if (this.#terminal.over || this.destroyed) return;
    this.#put(END_OF_INPUT, 0);
    if (times === 1) return;
    this.#timer = setTimeout(() => this.#signEnd(times - 1, pauseMs * 2), pauseMs);
  }

  #send(chunk: Buffer, from: number, pauseMs: number, done: (error?: Error | null) => void): void {
    this.#waiting = null;
    let at = from;
    while (at < chunk.length) {
      if (this.#terminal.over) {
        done(nobodyReads());
        return;
      }
      const count = this.#put(chunk, at);
      if (count === 0) {
        const next = at > from ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        this.#waiting = done;
        this.#timer = setTimeout(() => this.#send(chunk, at, next, done), next);
        return;
      }
      at += count;
    }
    done();
  }

  /** Returns how many bytes the terminal took: 0 when it is full, or gone. */
  #put(chunk: Buffer, from: number): number {
    if (this.#terminal.over) return 0;
    try {
      return writeSync(this.#terminal.master, chunk, from);
    } catch {
      return 0;
    }
  }

  /** Returns false when a line is longer than a terminal takes. */
  #countLine(chunk: Buffer): boolean {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (this.#lineLength + end + 1 - start > MAX_LINE) return false;
      this.#lineLength = 0;
      start = end + 1;
    }
    this.#lineLength += chunk.length - start;
    return this.#lineLength < MAX_LINE;
  }
}

function nobodyReads(): Error {
  return Object.assign(new Error("The tool has ended: nobody reads its terminal any more."), {
    code: "EPIPE",
  });
}

function lineTooLong(): Error {
  return Object.assign(
    new Error(
      `A terminal with line editing takes lines of up to ${MAX_LINE} bytes and drops the rest. ` +
        "Nothing of this was sent: send shorter lines, or use ptyHost without lineEditing.",
    ),
    { code: "EMSGSIZE" },
  );
}
