import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Writable } from "node:stream";
import type { ToolProcess } from "../contract/process-host.ts";
import { redactor } from "./redactor.ts";

/** A piece without an end of line is written when it is this long. */
const MAX_LINE_BYTES = 64 * 1024;

type Channel = "in" | "out" | "err";

/**
 * What one instance was told and what it said, in one file: `time channel| line`. It is a tap on the
 * bytes with backpressure: when the disk is slower than the tool, the tool waits.
 */
export class Transcript {
  readonly path: string;
  readonly #file: WriteStream;
  readonly #redact: (text: string) => string;
  readonly #now: () => number;
  readonly #pending: Record<Channel, Buffer[]> = { in: [], out: [], err: [] };
  readonly #pendingBytes: Record<Channel, number> = { in: 0, out: 0, err: 0 };
  #broken: Error | null = null;

  constructor(folder: string, instance: number, secrets: readonly string[], now: () => number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, `instance-${instance}.log`);
    this.#file = createWriteStream(this.path, { flags: "a", mode: 0o600 });
    this.#redact = redactor(secrets);
    this.#now = now;
    // A full disk must not end the work: the transcript stops, and says so once.
    this.#file.on("error", (error) => {
      if (this.#broken === null) {
        process.emitWarning(`${this.path} ends here: ${error.message}`, "TranscriptWarning");
      }
      this.#broken = error;
    });
  }

  /** Wraps a process so that all its streams pass by here. */
  tap(process: ToolProcess): ToolProcess {
    this.#follow(process.stdout, "out");
    if (process.stderr !== null) this.#follow(process.stderr, "err");
    const { stdin } = process;
    const tapped = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#write("in", chunk);
        stdin.write(chunk, done);
      },
      final: (done) => {
        stdin.end(done);
      },
    });
    tapped.on("error", () => {});
    stdin.once("close", () => tapped.destroy());
    return {
      pid: process.pid,
      stdin: tapped,
      stdout: process.stdout,
      stderr: process.stderr,
      exited: process.exited,
      endInput: () => {
        tapped.end();
      },
      kill: (signal, target) => process.kill(signal, target),
    };
  }

  async close(): Promise<void> {
    for (const channel of ["in", "out", "err"] as const) this.#flush(channel);
    if (this.#broken !== null) return;
    await new Promise<void>((resolve) => {
      this.#file.once("error", () => resolve());
      this.#file.end(resolve);
    });
  }

  #follow(stream: Readable, channel: Channel): void {
    stream.on("data", (chunk: Buffer) => {
      if (this.#write(channel, chunk)) return;
      stream.pause();
      this.#file.once("drain", () => stream.resume());
      this.#file.once("error", () => stream.resume());
    });
  }

  /** Returns false when the file wants a rest. */
  #write(channel: Channel, chunk: Buffer): boolean {
    if (this.#broken !== null) return true;
    const end = chunk.lastIndexOf(0x0a);
    this.#hold(channel, end === -1 ? chunk : chunk.subarray(0, end + 1));
    let flowing = true;
    if (end !== -1 || this.#pendingBytes[channel] > MAX_LINE_BYTES) flowing = this.#flush(channel);
    if (end !== -1 && end + 1 < chunk.length) this.#hold(channel, chunk.subarray(end + 1));
    return flowing;
  }

  #hold(channel: Channel, piece: Buffer): void {
    this.#pending[channel].push(piece);
    this.#pendingBytes[channel] += piece.length;
  }

  /** Whole lines are redacted, so that a secret that is split over chunks is found. */
  #flush(channel: Channel): boolean {
    if (this.#pendingBytes[channel] === 0 || this.#broken !== null) return true;
    const text = this.#redact(Buffer.concat(this.#pending[channel]).toString("utf8"));
    this.#pending[channel] = [];
    this.#pendingBytes[channel] = 0;
    const time = new Date(this.#now()).toISOString();
    const lines = text.replace(/\n$/, "").split("\n");
    return this.#file.write(
      lines.map((line) => `${time} ${channel.padEnd(3)}| ${line}\n`).join(""),
    );
  }
}
