import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TEST_MARKER, type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { declaredTool } from "../../src/declared/index.ts";
import { type AgentResult, type AgentTask, createPool } from "../../src/index.ts";
import { expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  await expectNoProcessLeft();
  await folder[Symbol.asyncDispose]();
});

const environment = { [TEST_MARKER]: markedEnvironment[TEST_MARKER] ?? "" };

function pooled(definition: Record<string, unknown>) {
  const adapter = declaredTool<AgentTask, AgentResult>(
    { name: "agent", kind: "agent", ...definition },
    { environment },
  );
  return createPool({ adapter, cwd: folder.path });
}

test("any command is an agent: sed edits the files of a task", async () => {
  await writeFile(join(folder.path, "a.md"), "one\n");
  await writeFile(join(folder.path, "-b.md"), "one\n");
  await using pool = pooled({
    command: "sed",
    arguments: ["-i", "-e", "{{message}}", "{{files}}"],
    framing: { by: "exit" },
    files: "arguments",
    errors: [
      { pattern: { regex: "can't read (?<message>.*)" }, class: "environment" },
      { pattern: "unknown command", class: "refused" },
    ],
  });
  // A file that looks like an option is none, and a message is no command of a shell.
  const result = await pool.run({ message: "s/one/$(two); `x`/", files: ["a.md", "-b.md"] });
  expect(result).toMatchObject({ reply: "", usage: "unknown", endedBy: "exit" });
  for (const file of ["a.md", "-b.md"]) {
    expect(await readFile(join(folder.path, file), "utf8")).toBe("$(two); `x`\n");
  }
  const refused = rejection(pool.run({ message: "?", files: ["a.md"] }));
  expect(await refused).toMatchObject({ failureClass: "refused" });
  const gone = rejection(pool.run({ message: "p", files: ["gone.md"] }));
  expect(await gone).toMatchObject({
    failureClass: "environment",
    message: "gone.md: No such file or directory",
  });
});

const PROGRAM = `
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log("arguments: " + JSON.stringify(process.argv.slice(1)));
console.log("input: " + JSON.stringify(Buffer.concat(chunks).toString()));
console.log("Edited a.md\\nEdited b.md\\nTokens: 1.2k in, 345 out. Cost: $0.04");
if (process.env.LIMIT) { console.error("429: slow down, retry in 7s"); }
if (process.env.CODE) process.exit(Number(process.env.CODE));
`;

const told = (...args: unknown[]) => ({
  command: process.execPath,
  arguments: ["--input-type=module", "-e", PROGRAM, "--", ...args],
  usage: {
    inputTokens: { regex: "Tokens: (\\S+) in" },
    outputTokens: { regex: "(?<n>\\d+) out" },
    costUsd: { regex: "Cost: (\\S+)" },
  },
  edits: { regex: "^Edited (?<path>.*)$", flags: "m" },
  errors: [
    { pattern: { regex: "429: (?<message>.*), retry in (?<retryAfter>\\S+)" }, class: "quota" },
  ],
});

test("arguments depend on the task, the prompt goes to stdin, and claims and cost are read", async () => {
  await using pool = pooled({
    ...told(
      { when: "model", arguments: ["--model", "{{model}}"] },
      { each: "readOnlyFiles", arguments: ["--read={{file}}"] },
      { when: "commands", arguments: ["--yes"] },
    ),
    framing: { by: "exit", input: "prompt" },
    prompt: "{{message}}\nFiles:\n{{files}}",
  });
  const result = await pool.run({
    message: "Do {{files}}",
    files: ["a.md", "b.md"],
    readOnlyFiles: ["c.md"],
    model: "big",
  });
  expect(result).toMatchObject({
    claimedEdits: ["a.md", "b.md"],
    usage: { inputTokens: 1200, outputTokens: 345 },
    costUsd: 0.04,
  });
  expect(result.reply).toContain('arguments: ["--model","big","--read=c.md"]');
  expect(result.reply).toContain('input: "Do {{files}}\\nFiles:\\na.md\\nb.md"');
  const bare = await pool.run({ message: "x", permissions: { commands: true } });
  expect(bare.reply).toContain('arguments: ["--yes"]');
});

test("a failure is known by what is printed, whatever the exit code says, and by the exit code", async () => {
  const framing = { by: "exit", exitCodes: { "4": "auth" } };
  const failing = async (set: Record<string, string>) => {
    const definition = { ...told("{{message}}"), framing, environment: { set } };
    await using pool = pooled(definition);
    return await rejection(pool.run({ message: "x" }));
  };
  expect(await failing({ LIMIT: "1" })).toMatchObject({
    failureClass: "quota",
    message: "slow down",
    retryAfterMs: 7_000,
  });
  expect(await failing({ CODE: "4" })).toMatchObject({ failureClass: "auth" });
  expect(await failing({ CODE: "5" })).toMatchObject({ failureClass: "crash" });
});

test("one JSON document at the end gives answer, cost and error", async () => {
  const print = (document: unknown) => ({
    command: process.execPath,
    arguments: ["-p", `${JSON.stringify(JSON.stringify(document))} // {{message}}`],
    framing: { by: "exit", json: { result: "result.text", error: "error" } },
    usage: { costUsd: { path: "cost.usd" } },
  });
  await using pool = pooled(print({ result: { text: "Done." }, cost: { usd: 0.5 } }));
  expect(await pool.run({ message: "x" })).toMatchObject({ reply: "Done.", costUsd: 0.5 });
  await using failing = pooled(print({ error: "no key" }));
  expect(await rejection(failing.run({ message: "x" }))).toMatchObject({ message: "no key" });
});

test("only a definition that says where the cost stands is of a tool that tells it", () => {
  const definition = {
    name: "agent",
    kind: "agent",
    command: "true",
    framing: { by: "exit", input: "prompt" },
  } as const;
  const tellsCost = (usage?: object) =>
    declaredTool({ ...definition, ...(usage && { usage }) }).capabilities?.tellsCost;
  expect(tellsCost()).toBe(false);
  expect(tellsCost({ inputTokens: { regex: "(\\d+) in" } })).toBe(false);
  expect(tellsCost({ costUsd: { regex: "Cost: (\\S+)" } })).toBe(true);
});
