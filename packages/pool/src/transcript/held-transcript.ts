import type { Readable } from "node:stream";
import type { ToolProcess } from "../contract/process-host.ts";
import { type TapChannel, type TapSink, type TranscriptTap, tapProcess } from "./transcript-tap.ts";

/** A spare that says more than this before anybody takes it loses the beginning. */
const MAX_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
/** What is left of a line that has lost its beginning may be the rest of a secret: up to here. */
const MAX_SECRET_BYTES = 4 * 1024;

interface Held {
  readonly name: "in" | "out" | "err";
  readonly chunk: Buffer;
}

/** The transcript of a process that has no instance yet: held in memory until it gets one. */
export class HeldTranscript implements TranscriptTap, TapSink {
  #held: Held[] = [];
  #bytes = 0;
  #cut = false;
  /** Channels that have lost the beginning of a line, and how many bytes of its rest to leave out. */
  readonly #torn = new Map<Held["name"], number>();
  readonly #notes: string[] = [];
  readonly #channels: LateChannel[] = [];
  #target: TapSink | null = null;

  tap(process: ToolProcess): ToolProcess {
    return tapProcess(process, this);
  }

  /** It has an instance, and writes into that one's transcript from now on. */
  attach(target: TapSink): void {
    this.#target = target;
    for (const note of this.#notes) target.note(note);
    if (this.#cut) target.note(`of what it said while it waited, only the last ${MAX_BYTES} bytes`);
    for (const channel of this.#channels) channel.open(target);
    for (const { name, chunk } of this.#held) {
      const kept = this.#withoutTorn(name, chunk);
      this.#channels.find((channel) => channel.name === name)?.push(kept);
    }
    for (const channel of this.#channels) channel.flush();
    this.#held = [];
    this.#torn.clear();
  }

  note(text: string): void {
    if (this.#target === null) this.#notes.push(text);
    else this.#target.note(text);
  }

  channel(name: Held["name"]): TapChannel {
    const channel = new LateChannel(name, (chunk) => this.#hold({ name, chunk }));
    this.#channels.push(channel);
    return channel;
  }

  rest(stream: Readable): void {
    this.#target?.rest(stream);
  }

  #hold(held: Held): void {
    this.#held.push(held);
    this.#bytes += held.chunk.length;
    while (this.#bytes > MAX_BYTES) {
      const first = this.#held.shift();
      if (first === undefined) return;
      this.#bytes -= first.chunk.length;
      this.#cut = true;
      if (first.chunk.at(-1) === NEWLINE) this.#torn.delete(first.name);
      else this.#torn.set(first.name, MAX_SECRET_BYTES);
    }
  }

  /** A chunk without the rest of a line that has lost its beginning. */
  #withoutTorn(name: Held["name"], chunk: Buffer): Buffer {
    const torn = this.#torn.get(name) ?? 0;
    const rest = chunk.subarray(0, torn);
    const end = rest.indexOf(NEWLINE);
    this.#torn.set(name, end === -1 ? torn - rest.length : 0);
    return chunk.subarray(end === -1 ? rest.length : end + 1);
  }
}

class LateChannel implements TapChannel {
  readonly name: Held["name"];
  readonly #hold: (chunk: Buffer) => void;
  #target: TapChannel | null = null;
  #over = false;

  constructor(name: Held["name"], hold: (chunk: Buffer) => void) {
    this.name = name;
    this.#hold = hold;
  }

  push(chunk: Buffer): boolean {
    if (this.#target !== null) return this.#target.push(chunk);
    this.#hold(chunk);
    return true;
  }

  end(): void {
    this.#over = true;
    this.#target?.end();
  }

  open(target: TapSink): void {
    this.#target = target.channel(this.name);
  }

  /** What was held is written; one that has ended meanwhile ends there too. */
  flush(): void {
    if (this.#over) this.#target?.end();
  }
}
