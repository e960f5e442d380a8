import { jsonLinesProtocol, type ToolAdapter } from "@cluster/manager";
import { sampleRepository } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { completeResult } from "../../src/attempt/complete-result.ts";
import { startRun } from "../../src/run/start-run.ts";

const nothingClaimed = {
  reply: "",
  claimedEdits: [],
  usage: "unknown",
  costUsd: "unknown",
  questions: [],
  endedBy: "protocol",
  proof: "proven",
};

describe("an answer", () => {
  test.each([
    [undefined, nothingClaimed],
    [null, nothingClaimed],
    [42, nothingClaimed],
    ["Done.", { ...nothingClaimed, reply: "Done." }],
    [{ reply: "ok" }, { ...nothingClaimed, reply: "ok" }],
    [{ claimedEdits: "a.md", usage: { inputTokens: "1" }, costUsd: "0.1" }, nothingClaimed],
    [{ claimedEdits: ["a.md", 1] }, { ...nothingClaimed, claimedEdits: ["a.md"] }],
  ])("%j claims no more than it says", (answer, expected) => {
    expect(completeResult(answer)).toEqual(expected);
  });

  test("a whole result stays as it is", () => {
    const whole = {
      reply: "Done.",
      claimedEdits: ["a.md"],
      usage: { inputTokens: 1, outputTokens: 2, modelCalls: 1 },
      costUsd: 0.1,
      questions: [],
      endedBy: "sentinel",
      proof: "unproven",
    };
    expect(completeResult(whole)).toEqual(whole);
  });
});

test("a tool that answers next to nothing is judged by the diff alone", async () => {
  const files = ["a.md", "b.md", "edited-unproven.md", "unproven.md"];
  await using repository = await sampleRepository({
    files: Object.fromEntries(files.map((file) => [file, "x\n"])),
  });
  const program = `
    const { appendFileSync } = require("node:fs");
    console.log('{"ready":true}');
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, request } = JSON.parse(line);
      const [file] = request.files;
      if (/^a|edited/.test(file)) appendFileSync(request.workspace + "/" + file, "more\\n");
      const proof = file.includes("unproven") ? "unproven" : undefined;
      console.log(JSON.stringify({ id, result: { reply: "ok", proof } }));
    });`;
  const tool = {
    name: "terse",
    command: () => ({ file: process.execPath, args: ["-e", program] }),
    connect: jsonLinesProtocol(),
  } as ToolAdapter<never, never>;
  await using run = await startRun({
    repository: repository.path,
    tool: tool as never,
    tasks: files.map((file) => ({ prompt: "More", files: [file] })),
    retries: 0,
  });
  const report = await run.finished;
  expect(report.tasks.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
    ["landed", 1],
    ["no-change", 1],
    ["landed", 1],
    ["unproven", 1],
  ]);
  expect(report.tasks[3]?.reason).toMatchObject({ code: "UNPROVEN", failureClass: "unproven" });
});
