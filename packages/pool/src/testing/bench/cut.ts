import { pipeline, Transform } from "node:stream";
import type { ToolProcess } from "../../contract/process-host.ts";

/** Where output is cut into pieces, each of which the connection gets by itself. */
export type Cut = (chunk: Buffer) => readonly number[];

/** Behind every byte; far into a large chunk behind every 997th, since a million pieces prove no more. */
export function behindEachByte(chunk: Buffer): readonly number[] {
  const cuts: number[] = [];
  for (let at = 1; at < chunk.length; at += at < 4096 ? 1 : 997) cuts.push(at);
  return cuts;
}

/** In the middle of each code point of several bytes, and nowhere else. */
export function withinCodePoints(chunk: Buffer): readonly number[] {
  const cuts: number[] = [];
  for (let at = 1; at < chunk.length; at += 1) {
    // A continuation byte behind a leading one.
    if (((chunk[at] ?? 0) & 0xc0) === 0x80 && (chunk[at - 1] ?? 0) >= 0xc0) cuts.push(at);
  }
  return cuts;
}

/** The same process, whose stdout comes through a stream. */
export function through(process: ToolProcess, pieces: Transform): ToolProcess {
  // Either end that is destroyed destroys the other one; how the process ended is told by its exit.
  const stdout = pipeline(process.stdout, pieces, () => {});
  return {
    get pid() {
      return process.pid;
    },
    stdin: process.stdin,
    stdout,
    stderr: process.stderr,
    endInput: () => process.endInput(),
    exited: process.exited,
    kill: (signal, target) => process.kill(signal, target),
    ...(process.memory === undefined
      ? {}
      : { memory: async () => (await process.memory?.()) ?? null }),
  };
}

/** A stream that hands on what comes in pieces. */
export function inPieces(cut: Cut): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let from = 0;
      for (const at of cut(chunk)) {
        this.push(chunk.subarray(from, at));
        from = at;
      }
      this.push(chunk.subarray(from));
      done();
    },
  });
}
