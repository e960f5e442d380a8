import { type Readable, Writable } from "node:stream";
import type { ToolProcess } from "../contract/process-host.ts";

/** Puts itself between a process and whoever speaks with it. */
export interface TranscriptTap {
  tap(process: ToolProcess): ToolProcess;
}

/** One stream of one process on its way into a transcript. */
export interface TapChannel {
  /** Returns false when the writer wants a rest. */
  push(chunk: Buffer): boolean;
  /** No more comes. Does nothing when called again. */
  end(): void;
}

/** Where the bytes of a tapped process go. */
export interface TapSink {
  note(text: string): void;
  channel(name: "in" | "out" | "err"): TapChannel;
  /** Pauses a stream until the writer has had its rest. */
  rest(stream: Readable): void;
}

/** Wraps a process so that all its streams pass by a sink. */
export function tapProcess(process: ToolProcess, sink: TapSink): ToolProcess {
  sink.note(`process ${process.pid} started`);
  follow(process.stdout, sink.channel("out"), sink);
  if (process.stderr !== null) follow(process.stderr, sink.channel("err"), sink);
  const { stdin } = process;
  const input = sink.channel("in");
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
    input.end();
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
    ...(process.memory === undefined ? {} : { memory: async () => process.memory?.() ?? null }),
  };
}

function follow(stream: Readable, channel: TapChannel, sink: TapSink): void {
  stream.on("data", (chunk: Buffer) => {
    if (!channel.push(chunk)) sink.rest(stream);
  });
  stream.once("close", () => channel.end());
}
