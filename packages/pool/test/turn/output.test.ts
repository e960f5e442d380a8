import { afterAll, describe, expect, test } from "vitest";
import { createPool, lineProtocol, type ToolAdapter } from "../../src/index.ts";
import {
  expectNoProcessLeft,
  jsonTool,
  lineTool,
  markedEnvironment,
  rejection,
} from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("a tool that answers twice answers each turn with its own answer", async () => {
  for (const adapter of [jsonTool("answers-twice"), lineTool("answers-twice")]) {
    await using pool = createPool({ adapter });
    for (const text of ["one", "two", "three"]) expect(await pool.run(text)).toBe(text);
    expect(pool.status().instances[0]?.generation).toBe(1);
  }
});

test("what a tool says between turns belongs to none", async () => {
  for (const adapter of [
    jsonTool("talks-between-turns", ["--delay-ms", "5"]),
    lineTool("talks-between-turns", ["--delay-ms", "5"]),
  ]) {
    await using pool = createPool({ adapter });
    for (const text of ["one", "two", "three"]) {
      expect(await pool.run(text)).toBe(text);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
});

test("a sentinel is not fooled by what looks like a prompt; a JSON id not by another answer", async () => {
  await using pool = createPool({ adapter: jsonTool("prompt-in-answer") });
  expect(await pool.run("x")).toBe('quoted:\n> \n{"id":1,"result":"false"}\n');
  expect(await pool.run("y")).toContain('{"id":2,');
  // `sh` answers with whatever it is told to print.
  const shell: ToolAdapter = {
    name: "sh",
    command: () => ({ file: "sh", env: markedEnvironment }),
    connect: lineProtocol({
      sentinel: { command: (nonce) => `echo ${nonce}\n`, output: (nonce) => `${nonce}\n` },
    }),
  };
  await using shells = createPool({ adapter: shell });
  expect(await shells.run("printf 'quoted:\\n> \\n$ '")).toBe("quoted:\n> \n$ ");
  expect(await shells.run("echo next")).toBe("next");
});

describe("over maxTurnBytes", () => {
  test("a flood on stdout fails the turn and ends the process, and the next turn is well", async () => {
    for (const tool of [jsonTool, lineTool]) {
      const adapter = tool("floods-stdout", ["--when", "flood"]);
      await using pool = createPool({ adapter, maxTurnBytes: 2_000_000 });
      const before = process.memoryUsage().rss;
      expect(await rejection(pool.run("flood"))).toMatchObject({
        code: "TURN_OUTPUT_LIMIT",
        message: expect.stringMatching(/more than 2000000 bytes.*raise maxTurnBytes/),
      });
      expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
      expect(await pool.run("next")).toBe("next");
      expect(pool.status().instances[0]?.generation).toBe(2);
    }
  });

  test("stderr counts too", async () => {
    const adapter = jsonTool("floods-stderr", ["--bytes", "1000000"]);
    await using pool = createPool({ adapter, maxTurnBytes: 500_000 });
    expect(await rejection(pool.run("x"))).toMatchObject({ code: "TURN_OUTPUT_LIMIT" });
  });

  test("a stopped turn that goes on printing is not collected either", async () => {
    const adapter = lineTool("floods-stdout");
    let collected = 0;
    const stubborn: ToolAdapter = {
      ...adapter,
      connect: (process, slot) => {
        process.stdout.on("data", (chunk: Buffer) => {
          collected += chunk.length;
        });
        return { ...adapter.connect(process, slot), interrupt: () => new Promise<void>(() => {}) };
      },
    };
    await using pool = createPool({
      adapter: stubborn,
      maxTurnBytes: 1_000_000,
      interruptTimeoutMs: 200,
    });
    await pool.ready();
    const turn = pool.run("x");
    for await (const event of turn) if (event.type === "text") break;
    turn.cancel();
    expect(await rejection(turn)).toMatchObject({ code: "TURN_CANCELLED" });
    expect(collected).toBeLessThan(1_200_000);
  });
});

test("a flood on stderr below the limit does not disturb an answer", async () => {
  const adapter = jsonTool("floods-stderr", ["--bytes", "4000000"]);
  await using pool = createPool({ adapter });
  expect(await pool.run("x")).toBe("x");
});

test("code points that are split over chunks arrive whole", async () => {
  for (const adapter of [jsonTool("splits-code-point"), lineTool("splits-code-point")]) {
    await using pool = createPool({ adapter });
    expect(await pool.run("grüße")).toBe("grüße äß€𝄞🎻");
  }
});

test("invalid UTF-8 becomes replacement characters, and the next turn is well", async () => {
  for (const adapter of [jsonTool("invalid-utf8"), lineTool("invalid-utf8")]) {
    await using pool = createPool({ adapter });
    for (let n = 0; n < 2; n += 1) expect(await pool.run("x")).toBe("x \ufffd\ufffd end");
  }
});

test("a line of 8 MiB is an answer; over maxLineBytes it is a violation", async () => {
  const bytes = 8 * 1024 * 1024;
  await using pool = createPool({ adapter: jsonTool("huge-line") });
  expect((await pool.run("x")).length).toBe(bytes);
  await using small = createPool({
    adapter: jsonTool("huge-line", [], { maxLineBytes: 1_000_000 }),
  });
  expect(await rejection(small.run("x"))).toMatchObject({
    code: "PROTOCOL_VIOLATION",
    message: expect.stringContaining("raise maxLineBytes"),
  });
});

test("an answer that the request did not wait for is taken, although the request was not read", async () => {
  // It reads one byte and answers: the write of the request never ends, or fails.
  const script = `
    const send = (message, then) => process.stdout.write(JSON.stringify(message) + "\\n", then);
    const after = process.argv[1] === "exit" ? () => process.exit(0) : () => setInterval(() => {}, 1000);
    send({ ready: true }, () => {
      require("node:fs").readSync(0, Buffer.alloc(1));
      send({ id: 1, error: { class: "context", message: "too long" } }, after);
    });
  `;
  for (const end of ["stay", "exit"]) {
    const adapter = {
      ...jsonTool("json-lines"),
      command: () => ({
        file: process.execPath,
        args: ["-e", script, end],
        env: markedEnvironment,
      }),
    };
    await using pool = createPool({ adapter, graceMs: 100 });
    expect(await rejection(pool.run("x".repeat(4_000_000)))).toMatchObject({
      code: "TOOL_FAILED",
      failureClass: "context",
      message: "too long",
    });
  }
});
