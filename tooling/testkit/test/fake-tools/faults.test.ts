import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FAKE_TOOLS, type FakeToolName, fakeTool, isAlive, waitFor } from "../../src/index.ts";
import { converse } from "./conversation.ts";

const protocols = ["json", "line"] as const;

/** A tool in one of the protocols, with a request sent to it and the answer it should give. */
function asked(name: FakeToolName, protocol: (typeof protocols)[number], ...args: string[]) {
  const tool = converse(fakeTool(name, "--protocol", protocol, ...args));
  const ready = protocol === "json" ? '{"ready":true}\n' : "> ";
  const expected = protocol === "json" ? '{"id":1,"result":"abc"}\n' : "abc\n> ";
  const ask = (): void => tool.send(protocol === "json" ? { id: 1, request: "abc" } : "abc");
  return { tool, ready, expected, ask };
}

it("has an executable for each name, and no other", () => {
  const folder = new URL("../../src/fake-tools/bin/", import.meta.url);
  expect(readdirSync(folder).sort()).toEqual(FAKE_TOOLS.map((name) => `${name}.mjs`));
});

describe("at its start", () => {
  it("exits-at-start exits with a word on stderr", async () => {
    const tool = converse(fakeTool("exits-at-start"));
    expect(await tool.exited).toBe(3);
    expect(tool.stderr()).toContain("no licence");
  });

  it("hangs-at-start says nothing, and goes on", async () => {
    const tool = converse(fakeTool("hangs-at-start"));
    tool.send({ id: 1, request: "abc" });
    await expect(waitFor(() => tool.said(), { timeoutMs: 300 })).rejects.toThrow();
    expect(isAlive(tool.pid)).toBe(true);
  });

  it("slow-start is ready after its delay", async () => {
    const began = performance.now();
    const { tool, ready } = asked("slow-start", "json", "--delay-ms", "200");
    await tool.until(ready);
    expect(performance.now() - began).toBeGreaterThan(195);
  });

  it("stops-reading is ready and never empties its input", async () => {
    const { tool, ready, ask } = asked("stops-reading", "json");
    await tool.until(ready);
    ask();
    tool.endInput();
    await expect(waitFor(() => tool.said() !== ready, { timeoutMs: 300 })).rejects.toThrow();
    expect(isAlive(tool.pid)).toBe(true);
  });
});

describe.each(protocols)("in a turn over %s", (protocol) => {
  it("dies-in-turn leaves half an answer", async () => {
    const { tool, ready, expected, ask } = asked("dies-in-turn", protocol);
    ask();
    expect(await tool.exited).toBe(7);
    await waitFor(() => tool.stderr().includes("fatal"));
    expect(`${ready}${expected}`.startsWith(tool.said())).toBe(true);
    expect(tool.said().length).toBeLessThan(`${ready}${expected}`.length);
  });

  it("dies-between-turns answers first", async () => {
    const { tool, ready, expected, ask } = asked("dies-between-turns", protocol);
    ask();
    expect(await tool.exited).toBe(5);
    expect(tool.said()).toBe(ready + expected);
  });

  it("never-answers does not answer", async () => {
    const { tool, ready, ask } = asked("never-answers", protocol);
    await tool.until(ready);
    ask();
    await expect(waitFor(() => tool.said() !== ready, { timeoutMs: 300 })).rejects.toThrow();
  });

  it("answers-late takes its time", async () => {
    const { tool, ready, expected, ask } = asked("answers-late", protocol, "--delay-ms", "200");
    await tool.until(ready);
    const began = performance.now();
    ask();
    await tool.until(expected);
    expect(performance.now() - began).toBeGreaterThan(195);
  });

  it("answers-twice gives the same answer two times", async () => {
    const { tool, ready, expected, ask } = asked("answers-twice", protocol);
    ask();
    await tool.until(ready + expected + expected);
  });

  it("half-line stops in the middle of it", async () => {
    const { tool, ready, expected, ask } = asked("half-line", protocol);
    ask();
    await waitFor(() => tool.said().length > ready.length);
    const [, half = ""] = tool.said().split(ready);
    expect(expected.startsWith(half)).toBe(true);
    expect(half).not.toContain("\n");
  });

  it("floods-stdout prints until it is killed", async () => {
    const { tool, ask } = asked("floods-stdout", protocol);
    ask();
    await waitFor(() => tool.bytes().length > 4_000_000, { intervalMs: 50 });
    tool.kill("SIGKILL");
    expect(await tool.exited).toBe("SIGKILL");
  });

  it("floods-stderr answers when its stderr is read", async () => {
    const { tool, expected, ask } = asked("floods-stderr", protocol, "--bytes", "1000000");
    ask();
    await tool.until(expected);
    await waitFor(() => tool.stderr().length >= 1_000_000);
  });

  it("talks-between-turns says something after its answer", async () => {
    const { tool, expected, ask } = asked("talks-between-turns", protocol, "--delay-ms", "50");
    ask();
    await waitFor(() => tool.said().includes(expected));
    await waitFor(() => tool.said().split(expected)[1]?.includes("still here"));
  });

  it("splits-code-point is whole once its bytes are joined", async () => {
    const { tool, ask } = asked("splits-code-point", protocol);
    ask();
    await waitFor(() => tool.said().includes("abc äß€𝄞🎻"));
  });

  it("invalid-utf8 holds bytes that are no characters", async () => {
    const { tool, ask } = asked("invalid-utf8", protocol);
    ask();
    await waitFor(() => tool.bytes().includes(Buffer.of(0xff, 0xc3)));
    await waitFor(() => tool.said().includes(" end"));
  });

  it("huge-line is as long as it is told to be", async () => {
    const { tool, ask } = asked("huge-line", protocol, "--bytes", "3000000");
    ask();
    await waitFor(() => tool.said().includes("x".repeat(3_000_000)), { intervalMs: 50 });
  });

  it("ignores-sigterm goes on after SIGTERM, SIGINT and the end of its input", async () => {
    const { tool, ready, expected, ask } = asked("ignores-sigterm", protocol);
    await tool.until(ready);
    tool.kill("SIGTERM");
    tool.kill("SIGINT");
    ask();
    tool.endInput();
    await tool.until(expected);
    expect(isAlive(tool.pid)).toBe(true);
    tool.kill("SIGKILL");
    expect(await tool.exited).toBe("SIGKILL");
  });

  it("asks-question waits for the answer", async () => {
    const { tool, ask } = asked("asks-question", protocol);
    ask();
    await waitFor(() => tool.said().includes("Overwrite notes.md?"));
    const answer = { id: 1, token: "question-1", answer: { kind: "confirm", yes: true } };
    tool.send(protocol === "json" ? answer : "yes");
    await waitFor(() => tool.said().includes("abc: yes"));
  });

  it("prompt-in-answer shows its prompt before the end", async () => {
    const { tool, ready, ask } = asked("prompt-in-answer", protocol, "--delay-ms", "50");
    ask();
    const looksLikeTheEnd = protocol === "json" ? "quoted:\\n> \\n" : "quoted:\n> is not the end\n";
    await waitFor(() => tool.said().includes(looksLikeTheEnd));
    if (protocol === "line") await tool.until(`${ready}${looksLikeTheEnd}abc\n> `);
  });
});

describe("with a process of its own", () => {
  it.each(["grandchild", "holds-stdout-in-grandchild"] as const)(
    "%s leaves it behind",
    async (name) => {
      const { tool, ask } = asked(name, "json");
      ask();
      const { result } = await tool.answer(1);
      const { pid } = result as { pid: number };
      tool.endInput();
      expect(await tool.exited).toBe(0);
      expect(isAlive(pid)).toBe(true);
      process.kill(pid, "SIGKILL");
      await waitFor(() => !isAlive(pid));
    },
  );
});

describe("a fault", () => {
  it("comes after as many good answers as --after says", async () => {
    const { tool } = asked("dies-in-turn", "json", "--after", "1");
    tool.send({ id: 1, request: "good" });
    expect(await tool.answer(1)).toEqual({ id: 1, result: "good" });
    tool.send({ id: 2, request: "bad" });
    expect(await tool.exited).toBe(7);
  });

  it("comes only for requests with the text of --when, and may be a signal", async () => {
    const { tool } = asked("dies-in-turn", "json", "--when", "bad", "--signal", "SIGSEGV");
    tool.send({ id: 1, request: { echo: "good" } });
    expect(await tool.answer(1)).toEqual({ id: 1, result: "good" });
    tool.send({ id: 2, request: { echo: "bad" } });
    expect(await tool.exited).toBe("SIGSEGV");
  });
});
