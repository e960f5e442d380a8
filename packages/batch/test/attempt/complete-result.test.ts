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
    };
    expect(completeResult(whole)).toEqual(whole);
  });
});

test("a tool that answers next to nothing has its edits landed, by the diff alone", async () => {
  await using repository = await sampleRepository({ files: { "a.md": "a\n", "b.md": "b\n" } });
  const program = `
    const { appendFileSync } = require("node:fs");
    console.log('{"ready":true}');
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, request } = JSON.parse(line);
      if (request.files[0] === "a.md") appendFileSync(request.workspace + "/a.md", "more\\n");
      console.log(JSON.stringify({ id, result: { reply: "ok" } }));
    });`;
  const tool = {
    name: "terse",
    command: () => ({ file: process.execPath, args: ["-e", program] }),
    connect: jsonLinesProtocol(),
  } as ToolAdapter<never, never>;
  await using run = await startRun({
    repository: repository.path,
    tool: tool as never,
    tasks: ["a.md", "b.md"].map((file) => ({ prompt: "More", files: [file] })),
  });
  const report = await run.finished;
  expect(report.tasks.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
    ["landed", 1],
    ["no-change", 1],
  ]);
});
