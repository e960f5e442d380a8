import { describe, expect, it } from "vitest";
import { fakeTool, temporaryFolder } from "../../src/index.ts";
import { converse } from "./conversation.ts";

describe("json-lines", () => {
  it("says that it is ready, echoes, and ends with its input", async () => {
    const tool = converse(fakeTool("json-lines"));
    tool.send({ id: 1, request: { echo: { deep: ["ä"] } } });
    expect(await tool.answer(1)).toEqual({ id: 1, result: { deep: ["ä"] } });
    expect(tool.messages()[0]).toEqual({ ready: true });
    tool.endInput();
    expect(await tool.exited).toBe(0);
  });

  it("remembers until it is reset", async () => {
    const tool = converse(fakeTool("json-lines"));
    const requests = [{ remember: "k" }, { recall: true }, { reset: true }, { recall: true }];
    for (const [index, request] of requests.entries()) tool.send({ id: index, request });
    expect(await tool.answer(3)).toEqual({ id: 3, result: [] });
    expect(await tool.answer(1)).toEqual({ id: 1, result: ["k"] });
  });

  it("tells its pid, its folder and its environment", async () => {
    await using folder = await temporaryFolder();
    const tool = converse(fakeTool("json-lines"), { cwd: folder.path, env: { GIVEN: "value" } });
    tool.send({ id: 1, request: { pid: true } });
    tool.send({ id: 2, request: { cwd: true } });
    tool.send({ id: 3, request: { env: "GIVEN" } });
    tool.send({ id: 4, request: { env: "NOT_GIVEN" } });
    expect(await tool.answer(4)).toEqual({ id: 4, result: null });
    expect(tool.messages().slice(1, 4)).toEqual([
      { id: 1, result: tool.pid },
      { id: 2, result: folder.path },
      { id: 3, result: "value" },
    ]);
  });

  it("stops sleeping when it is cancelled, and takes the next request", async () => {
    const tool = converse(fakeTool("json-lines"));
    tool.send({ id: 1, request: { sleep: 60_000 } });
    tool.send({ cancel: 1 });
    tool.send({ id: 2, request: { sleep: 1, echo: "awake" } });
    expect(await tool.answer(1)).toMatchObject({ error: { class: "cancelled" } });
    expect(await tool.answer(2)).toEqual({ id: 2, result: "awake" });
  });

  it("sends events before it answers, and failures with their class", async () => {
    const tool = converse(fakeTool("json-lines"));
    tool.send({ id: 1, request: { events: 2, echo: "x" } });
    tool.send({ id: 2, request: { fail: { class: "quota", message: "full", retryAfterMs: 5 } } });
    tool.send({ id: 3, request: { unknown: true } });
    expect(await tool.answer(3)).toMatchObject({ error: { class: "malformed" } });
    expect(tool.messages().slice(1, 5)).toEqual([
      { id: 1, event: { type: "text", text: "part 1" } },
      { id: 1, event: { type: "text", text: "part 2" } },
      { id: 1, result: "x" },
      { id: 2, error: { class: "quota", message: "full", retryAfterMs: 5 } },
    ]);
  });

  it("exits as it is told", async () => {
    const tool = converse(fakeTool("json-lines"));
    tool.send({ id: 1, request: { exit: 9 } });
    expect(await tool.exited).toBe(9);
  });
});

describe("repl", () => {
  it("prompts, echoes a line, and a block as one input", async () => {
    const tool = converse(fakeTool("repl"));
    await tool.until("> ");
    tool.send("hello");
    await tool.until("hello\n> ");
    tool.send("{EOT\none\n\n> two\nEOT}");
    await tool.until("> hello\n> one\n\n> two\n> ");
  });

  it("takes another prompt, and says something before it", async () => {
    const tool = converse(fakeTool("repl", "--prompt", "ask> ", "--banner", "Welcome"));
    await tool.until("Welcome\nask> ");
    tool.send("x");
    await tool.until("x\nask> ");
  });

  it("remembers until it is reset, and repeats an unknown command", async () => {
    const tool = converse(fakeTool("repl"));
    tool.send("/remember one\n/recall\n/reset\n/recall\n/zz42");
    await tool.until("> Invalid command: /zz42\n> ");
    expect(tool.said().split("\n> ").slice(1, 4)).toEqual(["one", "All context is forgotten.", ""]);
  });

  it("comes back to its prompt at SIGINT, in a turn and between turns", async () => {
    const tool = converse(fakeTool("repl"));
    await tool.until("> ");
    tool.kill("SIGINT");
    await tool.until("> ^C\n> ");
    tool.send("still there");
    await tool.until("still there\n> ");
    tool.send("/sleep 60000");
    tool.send("after it");
    tool.kill("SIGINT");
    await tool.until("^C\n> after it\n> ");
  });

  it("ends with its input", async () => {
    const tool = converse(fakeTool("repl"));
    tool.endInput();
    expect(await tool.exited).toBe(0);
  });
});

describe("one-shot", () => {
  it("prints its arguments and exits with the code that it is given", async () => {
    const tool = converse(fakeTool("one-shot", "--code", "4", "--stderr", "warned", "a b", "c"));
    expect(await tool.exited).toBe(4);
    expect(tool.said()).toBe("a b c\n");
    expect(tool.stderr()).toBe("warned\n");
  });

  it("prints what it reads", async () => {
    const tool = converse(fakeTool("one-shot", "--stdin"));
    tool.send("from stdin");
    tool.endInput();
    expect(await tool.exited).toBe(0);
    expect(tool.said()).toBe("from stdin\n");
  });
});
