import { ToolFailure } from "@cluster/pool";
import { describe, expect, test } from "vitest";
import { commandPath, placesOf, workspacePath } from "../../src/sentinel/paths.ts";
import { TurnReader } from "../../src/sentinel/turn-reader.ts";
import { callReportOf, failureOf, isPrompt, retryDelayOf } from "../../src/sentinel/words.ts";

const PLACES = { root: "/r", folder: "/r/sub" };

describe("aider's words", () => {
  test.each([
    ["Tokens: 12 sent, 5 received.", { inputTokens: 12, outputTokens: 5, costUsd: null }],
    [
      "Tokens: 1.2k sent, 56 received. Cost: $0.0013 message, $0.0026 session.",
      { inputTokens: 1200, outputTokens: 56, costUsd: 0.0013 },
    ],
    [
      "Tokens: 12k sent, 1k cache write, 2k cache hit, 1.5k received. Cost: $0.10 message, $1.00 session.",
      { inputTokens: 12000, outputTokens: 1500, costUsd: 0.1 },
    ],
  ])("the report of a call: %s", (line, report) => {
    expect(callReportOf(line)).toEqual(report);
  });

  test("a line that only resembles one is none", () => {
    expect(callReportOf("  Tokens: 12 sent, 5 received.")).toBeNull();
    expect(retryDelayOf("It says: Retrying in 0.2 seconds...")).toBeNull();
    expect(failureOf("In the docs: litellm.RateLimitError")).toBeNull();
  });

  test("a wait before another try", () => {
    expect(retryDelayOf("Retrying in 0.2 seconds...")).toBe(0.2);
  });

  test.each(["> ", "diff> ", "> > > "])("the prompt %j", (line) => {
    expect(isPrompt(line)).toBe(true);
  });
});

describe("reading a turn", () => {
  function read(...lines: readonly string[]): TurnReader {
    const reader = new TurnReader(() => {}, PLACES);
    for (const line of lines) reader.line(line);
    return reader;
  }
  const TOKENS = "Tokens: 12 sent, 5 received.";

  test("words of the model that sound like aider's are no failure", () => {
    const reader = read(
      "> ",
      "The API provider has rate limited you. Try again later or check your quotas.",
      "Applied edit to never.md",
      TOKENS,
      "Applied edit to sub/one.md",
    );
    expect(reader.failure).toBeNull();
    expect(reader.claimedEdits).toEqual(["one.md"]);
  });

  test("a failure without a report after it is one", () => {
    const reader = read("> ", "litellm.AuthenticationError: no", "Check your API key.");
    expect(reader.failure).toBeInstanceOf(ToolFailure);
    expect(reader.failure?.failureClass).toBe("auth");
  });

  test("what comes before the message's prompt is not the reply", () => {
    expect(read("sub/one.md", "> ", "Hello", TOKENS).reply).toBe("Hello");
  });

  test("a cost that is not known once is not known at all", () => {
    const priced = `${TOKENS} Cost: $0.01 message, $0.01 session.`;
    expect(read("> ", priced, priced).costUsd).toBeCloseTo(0.02);
    expect(read("> ", priced, TOKENS).costUsd).toBe("unknown");
  });
});

describe("paths", () => {
  test.each([
    ["one.md", '"./sub/one.md"'],
    ["a b.md", '"./sub/a b.md"'],
    ['quo"te.md', './sub/quo"te.md'],
    ["/r/top.md", '"./top.md"'],
    ["/elsewhere/x.md", '"../elsewhere/x.md"'],
  ])("%s is named %s in a command", (file, named) => {
    expect(commandPath(file, PLACES)).toBe(named);
  });

  test.each(['a "b" c.md', "a\nb.md"])("%j cannot be named", (file) => {
    expect(() => commandPath(file, PLACES)).toThrow(ToolFailure);
  });

  test("aider's paths begin at the repository's root", () => {
    expect(workspacePath("sub/one.md", PLACES)).toBe("one.md");
    expect(workspacePath("other.md", PLACES)).toBe("../other.md");
  });

  test("the places are read from git's answer", () => {
    expect(placesOf(["Aider v0.86.2", "> ", "/r", "sub/", "", "> "])).toEqual(PLACES);
    expect(placesOf(["fatal: not a git repository"])).toBeNull();
  });
});
