import { afterAll, expect, test } from "vitest";
import { decodeLine } from "../../src/connections/json-lines-format.ts";
import { createPool, type ToolAdapter } from "../../src/index.ts";
import {
  cancel,
  expectNoProcessLeft,
  jsonLines,
  jsonTool,
  markedEnvironment,
  rejection,
} from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** A tool that prints these lines for each line that it reads. */
function replies(...lines: readonly string[]): ToolAdapter<unknown, unknown> {
  const script = `
    console.log('{"ready":true}');
    require("node:readline").createInterface({ input: process.stdin }).on("line", () => {
      for (const line of ${JSON.stringify(lines)}) console.log(line);
    });`;
  return {
    ...jsonTool("json-lines"),
    command: () => ({ file: process.execPath, args: ["-e", script], env: markedEnvironment }),
  };
}

test("requests, results, failures and events go by id", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  expect(await pool.run({ echo: { any: ["json", null, "ü"] } })).toEqual({
    any: ["json", null, "ü"],
  });
  const fail = { class: "auth", message: "the key was refused" };
  expect(await rejection(pool.run({ fail }))).toMatchObject({
    name: "ToolFailure",
    code: "TOOL_FAILED",
    failureClass: "auth",
    message: "the key was refused",
  });
  expect(await pool.run({ echo: "still fit" })).toBe("still fit");
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("a cancelled request leaves the process in step", async () => {
  await using pool = createPool({ adapter: jsonLines({ cancel }) });
  for (let n = 0; n < 5; n += 1) {
    const slow = pool.run({ sleep: 60_000 }, { turnTimeoutMs: 10 });
    expect(await rejection(slow)).toMatchObject({ code: "TURN_TIMEOUT" });
    expect(await pool.run({ echo: n })).toBe(n);
  }
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("a line that is no JSON fails the turn in flight with what was found, and the process goes", async () => {
  await using pool = createPool({ adapter: replies(`warning: ${"x".repeat(500)}`) });
  expect(await rejection(pool.run("a"))).toMatchObject({
    code: "PROTOCOL_VIOLATION",
    message: expect.stringMatching(
      /^Expected a line of JSON from the tool, found "warning: x+…"\.$/,
    ),
    cause: expect.any(SyntaxError),
  });
  await pool.ready();
  expect(pool.status().instances[0]?.generation).toBe(2);
});

test("empty lines, unknown messages and answers to nobody are passed over", async () => {
  const adapter = replies(
    "",
    "  ",
    "[]",
    "null",
    "7",
    '{"id":99,"result":"not asked"}',
    '{"id":1}',
    '{"id":1,"progress":50}',
    '{"id":1,"error":null,"result":"right"}',
  );
  await using pool = createPool({ adapter });
  expect(await pool.run("a")).toBe("right");
});

test("a request that is no JSON fails by itself and costs no process", async () => {
  await using pool = createPool({ adapter: jsonLines() });
  expect(await rejection(pool.run({ echo: 10n }))).toMatchObject({
    code: "TOOL_FAILED",
    message: expect.stringContaining("cannot be sent as JSON"),
  });
  expect(await pool.run({ echo: 1 })).toBe(1);
  expect(pool.status().instances[0]?.generation).toBe(1);
});

test("a result that the adapter cannot read fails the turn", async () => {
  const toResult = () => {
    throw new Error("not what was expected");
  };
  await using pool = createPool({ adapter: jsonLines({ toResult }) });
  expect(await rejection(pool.run({ echo: 1 }))).toMatchObject({
    code: "PROTOCOL_VIOLATION",
    message: "The connection failed in a turn: not what was expected",
  });
});

test("a tool may use lines of its own", async () => {
  const script = `
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const [n, text] = JSON.parse(line);
      console.log(JSON.stringify({ reply: text.toUpperCase(), to: n }));
    });`;
  const adapter: ToolAdapter<string, string> = {
    ...jsonTool("json-lines", [], {
      announcesReady: false,
      encode: (id, request) => [id, request],
      decode: (line) => {
        const { to, reply } = line as { to: number; reply: string };
        return { kind: "result", id: to, result: reply };
      },
    }),
    command: () => ({ file: process.execPath, args: ["-e", script], env: markedEnvironment }),
  };
  await using pool = createPool({ adapter });
  expect(await pool.run("quiet")).toBe("QUIET");
});

test("lines mean what the README says", () => {
  expect(decodeLine({ ready: true })).toEqual({ kind: "ready" });
  expect(decodeLine({ id: "x", result: 1 })).toEqual({ kind: "ignored" });
  expect(decodeLine({ id: 1, result: null })).toEqual({ kind: "result", id: 1, result: null });
  expect(decodeLine({ id: 1, error: "boom" })).toMatchObject({
    message: "boom",
    failureClass: "refused",
  });
  expect(decodeLine({ id: 1, error: {} })).toMatchObject({
    kind: "error",
    message: "The tool reported a failure without a message.",
  });
  expect(decodeLine({ id: 1, error: { class: "quota", message: "m", retryAfterMs: 5 } })).toEqual({
    kind: "error",
    id: 1,
    failureClass: "quota",
    message: "m",
    retryAfterMs: 5,
  });
});

test("ping proves that the tool answers", async () => {
  const adapter = jsonLines();
  let ping: ((signal: AbortSignal) => Promise<void>) | undefined;
  await using pool = createPool({
    adapter: {
      ...adapter,
      connect: (process, slot) => {
        const connection = adapter.connect(process, slot);
        ping = (signal) => connection.ping?.(signal) ?? Promise.reject(new Error("no ping"));
        return connection;
      },
    },
  });
  await pool.ready();
  await ping?.(new AbortController().signal);
  // Stopped, it looks well from outside.
  process.kill(pool.status().instances[0]?.pid ?? 0, "SIGSTOP");
  expect(await rejection(ping?.(AbortSignal.timeout(30)) as Promise<void>)).toMatchObject({
    name: "TimeoutError",
  });
});
