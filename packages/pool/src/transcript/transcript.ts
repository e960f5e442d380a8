import type { Readable } from "node:stream";
import type { ToolProcess } from "../contract/process-host.ts";
import { cutText } from "./cut-text.ts";
import type { TranscriptPlace } from "./options.ts";
import type { TranscriptPosition } from "./position.ts";
import type { Redaction } from "./redactor.ts";
import { TranscriptChannel } from "./transcript-channel.ts";
import { TranscriptFiles } from "./transcript-files.ts";
import { type TapChannel, type TapSink, type TranscriptTap, tapProcess } from "./transcript-tap.ts";

/** More bytes than stand in front of a line, with its end. */
const HEAD_BYTES = 48;
/** No UTF-16 unit takes more in UTF-8. */
const UNIT_BYTES = 3;

/**
 * What one instance was told and what it said, in one file or several: `time channel| line`, where the
 * channel is `in`, `out`, `err`, or `--` for the pool's own notes. With `+` in place of `|` the line goes
 * on in the next entry of that channel. It is a tap on the bytes with backpressure: when the disk is
 * slower than the tool, the tool waits.
 */
export class Transcript implements TranscriptTap, TapSink {
  readonly #files: TranscriptFiles;
  readonly #maxUnits: number;
  readonly #redaction: Redaction;
  readonly #now: () => number;
  readonly #paused = new Set<Readable>();
  readonly #channels = new Set<TranscriptChannel>();
  #state: "open" | "broken" | "closed" = "open";

  constructor(place: TranscriptPlace, instance: number, redaction: Redaction, now: () => number) {
    this.#redaction = redaction;
    this.#now = now;
    this.#files = new TranscriptFiles(place, instance, {
      onDrain: () => this.#resume(),
      // A full disk must not end the work: the transcript stops, and says so once.
      onBroken: (path, error) => {
        if (this.#state === "open") {
          process.emitWarning(`${path} ends here: ${error.message}`, "TranscriptWarning");
        }
        this.#state = "broken";
        this.#resume();
      },
    });
    this.#maxUnits = Math.floor((this.#files.maxEntry - HEAD_BYTES) / UNIT_BYTES);
  }

  /** Where what comes next will stand; `null` before anything was written, and when nothing more can be. */
  get position(): TranscriptPosition | null {
    return this.#state === "broken" ? null : this.#files.position;
  }

  /** Wraps a process so that all its streams pass by here. */
  tap(process: ToolProcess): ToolProcess {
    return tapProcess(process, this);
  }

  note(text: string): void {
    this.#write("--", [text], false);
  }

  channel(name: "in" | "out" | "err"): TapChannel {
    const channel = new TranscriptChannel(this.#redaction, (...lines) =>
      this.#write(name, ...lines),
    );
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

  /** Resolves when all is in its files. */
  async close(): Promise<void> {
    for (const channel of this.#channels) this.#end(channel);
    if (this.#state === "open") this.#state = "closed";
    await this.#files.close();
  }

  #end(channel: TranscriptChannel): void {
    this.#channels.delete(channel);
    channel.end();
  }

  #resume(): void {
    for (const stream of this.#paused) stream.resume();
    this.#paused.clear();
  }

  /** Returns false when the disk wants a rest. */
  #write(name: string, lines: readonly string[], goesOn: boolean): boolean {
    if (this.#state !== "open") return true;
    const head = `${new Date(this.#now()).toISOString()} ${name.padEnd(3)}`;
    const entries: string[] = [];
    for (const [n, line] of lines.entries()) {
      const pieces = line.length <= this.#maxUnits ? [line] : cutText(line, this.#maxUnits);
      const last = goesOn && n === lines.length - 1 ? "+" : "|";
      for (const [m, piece] of pieces.entries()) {
        entries.push(`${head}${m < pieces.length - 1 ? "+" : last} ${piece}\n`);
      }
    }
    return this.#files.write(entries);
  }
}
