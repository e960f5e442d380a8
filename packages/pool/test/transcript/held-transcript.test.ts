import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { ToolProcess } from "../../src/index.ts";
import { HeldTranscript } from "../../src/transcript/held-transcript.ts";
import type { TapSink } from "../../src/transcript/transcript-tap.ts";

class Sink implements TapSink {
  readonly notes: string[] = [];
  readonly text: Record<string, string> = {};
  readonly ended: string[] = [];

  note(text: string): void {
    this.notes.push(text);
  }

  channel(name: "in" | "out" | "err"): ReturnType<TapSink["channel"]> {
    return {
      push: (chunk) => {
        this.text[name] = (this.text[name] ?? "") + chunk.toString();
        return true;
      },
      end: () => this.ended.push(name),
    };
  }

  rest(): void {}
}

function tapped(): { readonly held: HeldTranscript; readonly process: ToolProcess } {
  const held = new HeldTranscript();
  const streams = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  };
  streams.stdin.resume();
  const process = held.tap({
    pid: 4711,
    ...streams,
    endInput: () => {},
    exited: new Promise<never>(() => {}),
    kill: () => true,
  });
  return { held, process };
}

const written = (stream: NodeJS.WritableStream, text: string): Promise<void> =>
  new Promise((resolve) => stream.write(text, () => resolve()));

test("what came before goes first, what comes later follows, each in its channel", async () => {
  const { held, process } = tapped();
  await written(process.stdout as PassThrough, "ready\n");
  await written(process.stdin, "hello\n");
  const sink = new Sink();
  held.attach(sink);
  await written(process.stdout as PassThrough, "world\n");
  await written(process.stderr as PassThrough, "careful\n");
  expect(sink.notes).toEqual(["process 4711 started"]);
  expect(sink.text).toEqual({ out: "ready\nworld\n", in: "hello\n", err: "careful\n" });
});

test("a spare that talks without end is held to a bound, and the log says so", async () => {
  const { held, process } = tapped();
  for (let n = 0; n < 100; n += 1) await written(process.stdout as PassThrough, "x".repeat(10_000));
  const sink = new Sink();
  held.attach(sink);
  expect(sink.text.out?.length).toBeLessThanOrEqual(64 * 1024);
  expect(sink.text.out?.length).toBeGreaterThan(10_000);
  expect(sink.notes).toHaveLength(2);
});

test("of a line that has lost its beginning, what may be the rest of a secret is left out", async () => {
  const { held, process } = tapped();
  await written(process.stderr as PassThrough, "of another stream: the s");
  await written(process.stdout as PassThrough, "key: the sec");
  await written(process.stdout as PassThrough, "ret\nnext\n");
  await written(process.stderr as PassThrough, "ecret\nlast\n");
  await written(process.stdout as PassThrough, `${"x".repeat(64 * 1024 - 25)}\n`);
  const sink = new Sink();
  held.attach(sink);
  expect(sink.text).toEqual({ out: `next\n${"x".repeat(64 * 1024 - 25)}\n`, err: "last\n" });
});
