import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { type Readable, Writable } from "node:stream";
import type { ToolProcess } from "../contract/process-host.ts";
import type { Redaction } from "./redactor.ts";
import { TranscriptChannel } from "./transcript-channel.ts";

/**
 * What one instance was told and what it said, in one file: `time channel| line`, where the channel is
 * `in`, `out`, `err`, or `--` for the pool's own notes. It is a tap on the bytes with backpressure:
 * when the disk is slower than the tool, the tool waits.
 */
export class Transcript {
  readonly path: string;
  readonly #file: WriteStream;
  readonly #redaction: Redaction;
  readonly #now: () => number;
  readonly #paused = new Set<Readable>();
  readonly #channels = new Set<TranscriptChannel>();
  #state: "open" | "broken" | "closed" = "open";

  /** @param folder An existing one. */
  constructor(folder: string, instance: number, redaction: Redaction, now: () => number) {
    this.path = join(folder, `instance-${instance}.log`);
    this.#file = createWriteStream(this.path, { flags: "a", mode: 0o600 });
    this.#redaction = redaction;
    this.#now = now;
    this.#file.on("drain", () => this.#resume());
    // A full disk must not end the work: the transcript stops, and says so once.
    this.#file.on("error", (error) => {
      if (this.#state === "open") {
        process.emitWarning(`${this.path} ends here: ${error.message}`, "TranscriptWarning");
      }
      this.#state = "broken";
      this.#resume();
    });
  }

  /** Wraps a process so that all its streams pass by here. */
  tap(process: ToolProcess): ToolProcess {
    this.#write("--", [`process ${process.pid} started`]);
    this.#follow(process.stdout, "out");
    if (process.stderr !== null) this.#follow(process.stderr, "err");
    const { stdin } = process;
    const input = this.#channel("in");
    const tapped = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        input.push(chunk);
        stdin.write(chunk, done);
      },
      final: (done) => {
        stdin.end(done);
      },
      destroy: (error, done) => {
        stdin.destroy();
        done(error);
      },
    });
    for (const stream of [tapped, stdin]) stream.on("error", () => {});
    stdin.once("close", () => {
      this.#end(input);
      tapped.destroy();
    });
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

  /** Resolves when all is in the file. */
  async close(): Promise<void> {
    for (const channel of this.#channels) this.#end(channel);
    if (this.#state !== "open") return;
    await new Promise<void>((resolve) => {
      this.#file.once("error", () => resolve());
      this.#file.end(resolve);
      this.#state = "closed";
    });
  }

  #channel(name: string): TranscriptChannel {
    const channel = new TranscriptChannel(this.#redaction, (lines) => this.#write(name, lines));
    this.#channels.add(channel);
    return channel;
  }

  #end(channel: TranscriptChannel): void {
    this.#channels.delete(channel);
    channel.end();
  }

  #follow(stream: Readable, name: string): void {
    const channel = this.#channel(name);
    stream.on("data", (chunk: Buffer) => {
      if (channel.push(chunk)) return;
      this.#paused.add(stream);
      stream.pause();
    });
    stream.once("close", () => {
      this.#paused.delete(stream);
      this.#end(channel);
    });
  }

  #resume(): void {
    for (const stream of this.#paused) stream.resume();
    this.#paused.clear();
  }

  /** Returns false when the file wants a rest. */
  #write(name: string, lines: readonly string[]): boolean {
    if (this.#state !== "open") return true;
    const head = `${new Date(this.#now()).toISOString()} ${name.padEnd(3)}| `;
    return this.#file.write(lines.map((line) => `${head}${line}\n`).join(""));
  }
}
