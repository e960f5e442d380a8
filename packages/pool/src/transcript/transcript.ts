import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { ToolProcess } from "../contract/process-host.ts";
import type { Redaction } from "./redactor.ts";
import { TranscriptChannel } from "./transcript-channel.ts";
import { type TapChannel, type TapSink, type TranscriptTap, tapProcess } from "./transcript-tap.ts";

/**
 * What one instance was told and what it said, in one file: `time channel| line`, where the channel is
 * `in`, `out`, `err`, or `--` for the pool's own notes. It is a tap on the bytes with backpressure:
 * when the disk is slower than the tool, the tool waits.
 */
export class Transcript implements TranscriptTap, TapSink {
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
    return tapProcess(process, this);
  }

  note(text: string): void {
    this.#write("--", [text]);
  }

  channel(name: "in" | "out" | "err"): TapChannel {
    const channel = new TranscriptChannel(this.#redaction, (lines) => this.#write(name, lines));
    this.#channels.add(channel);
    return {
      push: (chunk) => channel.push(chunk),
      end: () => this.#end(channel),
    };
  }

  rest(stream: Readable): void {
    this.#paused.add(stream);
    stream.pause();
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

  #end(channel: TranscriptChannel): void {
    this.#channels.delete(channel);
    channel.end();
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
