import { Readable, Writable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  jsonLinesProtocol,
  type PoolError,
  type ToolConnection,
  type ToolProcess,
  type TurnContext,
} from "../../src/index.ts";

/** What may lie on the wire, about the request with some id. */
const KINDS = ["result", "error", "event", "question", "unknown", "blank", "garbage"] as const;
type Kind = (typeof KINDS)[number];

/** A request is sent; or a message is written, and so many bytes of what is written arrive. */
type Step = { readonly kind: "send" } | { readonly kind: Kind; readonly id: number; bytes: number };

const message = fc.record({
  kind: fc.oneof(
    { arbitrary: fc.constantFrom<Kind>("result", "error", "event", "question"), weight: 8 },
    { arbitrary: fc.constantFrom<Kind>("unknown", "blank"), weight: 2 },
    { arbitrary: fc.constant<Kind>("garbage"), weight: 1 },
  ),
  id: fc.integer({ min: 0, max: 6 }),
  bytes: fc.nat(120),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.constant<Step>({ kind: "send" }), weight: 1 },
    { arbitrary: message, weight: 4 },
  ),
  { maxLength: 40, size: "max" },
);

/** What became of one request. */
interface Fate {
  readonly told: string[];
  outcome: string;
}

/** Says `n`, its place among all messages, so that none can be taken for another one. */
function lineOf(kind: Kind, id: number, n: number): string {
  const text = `grüße ${n} 🎻`;
  switch (kind) {
    case "result":
      return JSON.stringify({ id, result: text });
    case "error":
      return JSON.stringify({ id, error: { class: "refused", message: text } });
    case "event":
      return JSON.stringify({ id, event: { type: "text", text } });
    case "question":
      return JSON.stringify({ id, question: { kind: "text", topic: "other", text }, token: n });
    case "unknown":
      return JSON.stringify({ id, weather: text });
    case "blank":
      return "  ";
    case "garbage":
      return `{"id": ${id}, "result": ${n}`;
  }
}

/** The fates that the bytes which have arrived stand for, line by line. */
class Expected {
  readonly fates: Fate[] = [];
  readonly #lines: { readonly kind: Kind; readonly id: number; readonly n: number; end: number }[] =
    [];
  #arrived = 0;
  #read = 0;

  write(kind: Kind, id: number, n: number, end: number): void {
    this.#lines.push({ kind, id, n, end });
  }

  arrive(bytes: number): void {
    this.#arrived += bytes;
    for (let line = this.#lines[this.#read]; line !== undefined; line = this.#lines[this.#read]) {
      if (line.end > this.#arrived) return;
      this.#read += 1;
      this.#apply(line.kind, line.id, `grüße ${line.n} 🎻`);
    }
  }

  #apply(kind: Kind, id: number, text: string): void {
    if (kind === "garbage") {
      for (const fate of this.fates)
        if (fate.outcome === "open") fate.outcome = "PROTOCOL_VIOLATION";
    }
    const fate = this.fates[id - 1];
    if (fate?.outcome !== "open") return;
    if (kind === "event" || kind === "question") fate.told.push(`${kind} ${text}`);
    if (kind === "result") fate.outcome = text;
    if (kind === "error") fate.outcome = `TOOL_FAILED ${text}`;
  }
}

test("every message goes to its own request, however the lines come in and are cut", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const process = silentProcess();
      const connection = jsonLinesProtocol({ announcesReady: false })(process);
      const expected = new Expected();
      const fates: Fate[] = [];
      let wire = Buffer.alloc(0);
      let written = 0;
      for (const [n, step] of script.entries()) {
        if (step.kind === "send") {
          expected.fates.push({ told: [], outcome: "open" });
          fates.push(send(connection));
          continue;
        }
        const line = Buffer.from(`${lineOf(step.kind, step.id, n)}\n`);
        written += line.length;
        wire = Buffer.concat([wire, line]);
        expected.write(step.kind, step.id, n, written);
        const chunk = wire.subarray(0, step.bytes);
        wire = wire.subarray(step.bytes);
        process.stdout.emit("data", chunk);
        // A question is asked, and a request settles, before the next bytes are read.
        await new Promise(setImmediate);
        expected.arrive(chunk.length);
      }
      expect(fates).toEqual(expected.fates);
    }),
    { numRuns: 300 },
  );
}, 60_000);

function send(connection: ToolConnection<unknown, unknown>): Fate {
  const fate: Fate = { told: [], outcome: "open" };
  const context: TurnContext = {
    signal: new AbortController().signal,
    emit: (event) => fate.told.push(`event ${"text" in event ? event.text : ""}`),
    ask: async ({ text }) => {
      fate.told.push(`question ${text}`);
      return { kind: "text", text: "" };
    },
    endedBy: () => {},
  };
  connection.run("request", context).then(
    (result) => {
      fate.outcome = String(result);
    },
    (error: unknown) => {
      const { code, message } = error as PoolError;
      fate.outcome = code === "TOOL_FAILED" ? `${code} ${message}` : code;
    },
  );
  return fate;
}

/** A process that says only what the test makes it say. */
function silentProcess(): ToolProcess {
  return {
    pid: 1,
    stdin: new Writable({ write: (_chunk, _encoding, done) => done() }),
    stdout: new Readable({ read: () => {} }),
    stderr: null,
    endInput: () => {},
    exited: new Promise(() => {}),
    kill: () => false,
  };
}
