import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import {
  checkDefinition,
  declaredTool,
  definitionJsonSchema,
  describeProblem,
  shippedTool,
  shippedToolsFolder,
} from "../../src/declared/index.ts";

const lines = { name: "x", command: "x", framing: { by: "prompt", prompt: "> " } };
const once = { name: "x", command: "x", arguments: ["{{message}}"], framing: { by: "exit" } };
const said = (document: unknown): string =>
  checkDefinition(document).problems.map(describeProblem).join("\n");

test("the published JSON Schema is current (vitest -u writes it)", async () => {
  const text = `${JSON.stringify(definitionJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../tool.schema.json");
});

test("every shipped definition is right, names the schema, and has its file's name", async () => {
  const files = await readdir(shippedToolsFolder());
  expect(files.length).toBeGreaterThanOrEqual(8);
  for (const file of files) {
    const document = JSON.parse(await readFile(join(shippedToolsFolder(), file), "utf8"));
    expect({ file, problems: said(document) }).toEqual({ file, problems: "" });
    expect(document).toMatchObject({ $schema: "../tool.schema.json", name: file.slice(0, -5) });
  }
  await expect(shippedTool("../package")).rejects.toMatchObject({ code: "OPTION_INVALID" });
  await expect(shippedTool("none")).rejects.toMatchObject({ code: "OPTION_INVALID" });
});

describe("what is wrong with a definition is told with its place, what was expected and found, and what to do", () => {
  it.each([
    [
      "a key that is missing",
      { name: "x", framing: lines.framing },
      /^command: expected a string; found nothing\. Add it\. The program/,
    ],
    [
      "a key that there is not",
      { ...lines, comand: 1 },
      /^comand: expected one of \$schema, name.*; found "comand"\. Take it out/,
    ],
    [
      "a wrong framing",
      { ...lines, framing: { by: "magic" } },
      /^framing\.by: expected one of "sentinel", "prompt", "json-lines", "exit"; found "magic"\./,
    ],
    [
      "a wrong expression",
      { ...lines, framing: { by: "prompt", prompt: { regex: "(" } } },
      /^framing\.prompt: expected a regular expression of JavaScript.*; found \{"regex":"\("\}\. Correct it/,
    ],
    [
      "a class that there is not",
      { ...lines, errors: [{ pattern: "no", class: "bad" }] },
      /^errors\.0\.class: expected one of "auth".*; found "bad"\. Correct it\./,
    ],
    [
      "a place that there is not",
      { ...once, arguments: ["{{massage}}"] },
      /^arguments\.0: expected no other places than \{\{workspace\}\}.*found "\{\{massage\}\}"/,
    ],
    [
      "a request that is lost",
      { ...once, arguments: [] },
      /^arguments: expected \{\{message\}\} or \{\{prompt\}\} in it.*framing\.input to "prompt"/,
    ],
    [
      "a place that is known too late",
      { ...lines, arguments: ["{{message}}"] },
      /^arguments: expected no \{\{message\}\}, which is not known yet/,
    ],
    [
      "what one-shot tools have not",
      { ...once, setup: "x" },
      /^setup: expected no such key with framing by exit/,
    ],
    [
      "what only agents have",
      { ...lines, files: "prompt" },
      /^files: expected no such key for a tool that only answers; found "prompt"\..*agent/,
    ],
    [
      "several lines before a prompt",
      { ...lines, multiLine: "as-is" },
      /^multiLine: expected something else/,
    ],
    [
      "an interrupt that nothing proves",
      { ...lines, interrupt: "process" },
      /^interrupt: expected framing by sentinel/,
    ],
    [
      "a sentinel that is taken for its echo",
      { ...lines, echo: true, framing: { by: "sentinel", send: "say {{nonce}}" } },
      /^framing\.send: expected \{\{nonce\.start\}\}/,
    ],
    [
      "files that reach nobody",
      { ...once, kind: "agent", files: "arguments" },
      /^files: expected \{\{files\}\} in arguments/,
    ],
    ["no object at all", "x", /^the document: expected an object; found "x"/],
  ])("%s", (_, document, message) => {
    expect(said(document)).toMatch(message);
    expect(() => declaredTool(document as never)).toThrow(/The definition of a tool is not right/);
  });

  it("all at once", () => {
    expect(
      said({ name: "a b", command: 5, framing: { by: "exit" } }).split("\n").length,
    ).toBeGreaterThan(1);
  });
});
