import { StringDecoder } from "node:string_decoder";
import type { Exit, ToolProcess } from "@cluster/pool";

const GRACE_MS = 2_000;
const DEFAULT_LIMIT = 1024 * 1024;
/** Whatever an agent asks for, it fits into memory. */
const MAX_LIMIT = 16 * 1024 * 1024;

/** How a command ended, in the words of the protocol. */
export interface TerminalExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A command that an agent has us run. */
export class Terminal {
  readonly exited: Promise<TerminalExit>;
  readonly #process: ToolProcess;
  readonly #limit: number;
  /** Pieces of whole characters; what is too old goes when there is twice as much as is asked for. */
  #pieces: string[] = [];
  #bytes = 0;
  #truncated = false;
  #exit: TerminalExit | null = null;

  constructor(process: ToolProcess, limit: number | undefined) {
    this.#process = process;
    this.#limit = Math.min(limit ?? DEFAULT_LIMIT, MAX_LIMIT);
    process.endInput();
    const ends = [process.stdout, process.stderr].map((stream) => {
      const decoder = new StringDecoder("utf8");
      stream?.on("data", (chunk: Buffer) => this.#add(decoder.write(chunk)));
      return new Promise<void>((resolve) => {
        if (stream === null) resolve();
        stream?.once("close", () => resolve());
      });
    });
    this.exited = process.exited.then(async (exit) => {
      // Whoever asks for the output at the exit gets all of it, unless a child holds the stream open.
      await Promise.race([Promise.all(ends), delay(GRACE_MS)]);
      this.#exit = told(exit);
      return this.#exit;
    });
  }

  output(): { output: string; truncated: boolean; exitStatus: TerminalExit | null } {
    this.#cut();
    return { output: this.#pieces.join(""), truncated: this.#truncated, exitStatus: this.#exit };
  }

  /** Ends the command and what it has started in its group. */
  async end(): Promise<void> {
    this.#process.kill("SIGTERM", "group");
    await Promise.race([this.#process.exited, delay(GRACE_MS)]);
    this.#process.kill("SIGKILL", "group");
    await this.#process.exited;
  }

  #add(text: string): void {
    this.#pieces.push(text);
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > 2 * this.#limit) this.#cut();
  }

  /** The end of it is kept: the protocol wants whole characters from there. */
  #cut(): void {
    const excess = this.#bytes - this.#limit;
    if (excess <= 0) return;
    this.#truncated = true;
    const bytes = Buffer.from(this.#pieces.join(""));
    let start = excess;
    while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    this.#pieces = [bytes.toString("utf8", start)];
    this.#bytes = bytes.length - start;
  }
}

function told(exit: Exit): TerminalExit {
  return {
    exitCode: exit.kind === "code" ? exit.code : null,
    signal: exit.kind === "signal" ? exit.signal : null,
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
