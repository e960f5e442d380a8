import { PassThrough, Writable } from "node:stream";
import { afterAll, describe, expect, test } from "vitest";
import { declaredTool } from "../../src/declared/index.ts";
import {
  createPool,
  lineProtocol,
  type ToolAdapter,
  type ToolProcess,
  type TurnContext,
} from "../../src/index.ts";
import { expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const PROMPT = ">>> ";

/** A tool whose prompt is always read before the answer that it wrote first. */
function promptFirst(late: "stdout" | "stderr", pieces: (request: string) => readonly string[]) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const ended = late === "stdout" ? streams.stderr : streams.stdout;
  const say = async (request: string): Promise<void> => {
    ended.write(PROMPT);
    for (const piece of pieces(request)) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      streams[late].write(piece);
    }
  };
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      void say(chunk.toString().trim());
      done();
    },
  });
  void say("");
  const process: ToolProcess = {
    pid: 0,
    stdin,
    ...streams,
    endInput() {},
    exited: new Promise(() => {}),
    kill: () => false,
  };
  return lineProtocol({ prompt: PROMPT, mergeStderr: true })(process);
}

/** The answers to some requests, each with what was told of it on the way. */
async function answers(
  connection: ReturnType<typeof promptFirst>,
  requests: readonly string[],
): Promise<readonly { readonly answer: string; readonly told: string }[]> {
  await connection.ready(new AbortController().signal);
  const given = [];
  for (const request of requests) {
    let told = "";
    const emit: TurnContext["emit"] = (event) => {
      if (event.type === "text") told += event.text;
    };
    const answer = await connection.run(request, { emit, endedBy() {} } as unknown as TurnContext);
    given.push({ answer, told });
  }
  return given;
}

describe("a prompt that comes by the other stream than the answer", () => {
  test.each(["stdout", "stderr"] as const)("does not cut off %s", async (late) => {
    const tool = promptFirst(late, (request) => (request === "" ? ["Hello\n"] : [`${request}\n`]));
    expect(await answers(tool, ["1", "2", "3"])).toEqual(
      ["1", "2", "3"].map((n) => ({ answer: n, told: `${n}\n` })),
    );
  });

  test("does not cut off an answer that is read in many pieces, however long", async () => {
    const long = Array.from({ length: 5 }, (_, n) => String(n).repeat(100_000));
    const tool = promptFirst("stdout", (request) => (request === "" ? [] : long));
    const [first, second] = await answers(tool, ["1", "2"]);
    expect(first?.answer === long.join("")).toBe(true);
    expect(second?.told === long.join("")).toBe(true);
  });

  test("waits for no end of what never ends", async () => {
    let over = false;
    function* chatter(): Generator<string> {
      while (!over) yield "more ";
    }
    const tool = promptFirst("stdout", (request) =>
      request === "" ? [] : (chatter() as Iterable<string> as readonly string[]),
    );
    const [first] = await answers(tool, ["1"]);
    over = true;
    expect(first?.answer).toMatch(/^(more )+$/);
  });
});

test("a declared tool with a prompt by stderr answers the first request too", async () => {
  const adapter = declaredTool({
    name: "py",
    command: "python3",
    arguments: ["-q", "-i", "-u"],
    stderr: "answer",
    framing: { by: "prompt", prompt: PROMPT },
  });
  await using pool = createPool({ adapter, size: 12 });
  await pool.ready();
  const all = pool.status().instances.map(async ({ index }) => {
    const given = [];
    for (const n of [1, 2, 3]) given.push(await pool.run(`print(${n})`, { instance: index }));
    return given;
  });
  for (const given of await Promise.all(all)) expect(given).toEqual(["1", "2", "3"]);
});

describe("a start that times out because what it waits for comes on stderr", () => {
  const sentinel = {
    command: (nonce: string) => `${nonce}\n`,
    output: (nonce: string) => `${nonce}\n`,
  };
  const cases = [
    ["prompt", { prompt: PROMPT }],
    ["prompt", { prompt: /^>+ $/m }],
    ["ready text", { ready: "Hello", prompt: PROMPT }],
    ["sentinel", { sentinel }],
  ] as const;

  test.concurrent.each(cases)("says so of a %s", async (what, options) => {
    const adapter: ToolAdapter = {
      name: "misplaced",
      command: () => ({
        file: "sh",
        args: ["-c", `printf "Hello\n${PROMPT}" >&2; exec cat >&2`],
        env: markedEnvironment,
      }),
      connect: lineProtocol(options),
    };
    // It has said it long before.
    const waits = { startTimeoutMs: 1_500, restart: { intensity: 0 } };
    await using pool = createPool({ adapter, ...waits });
    expect(await rejection(pool.ready())).toMatchObject({
      code: "START_TIMEOUT",
      message: expect.stringMatching(
        new RegExp(`The ${what} .* came on stderr, .*set mergeStderr .*stderr: answer`),
      ),
    });
  });
});
