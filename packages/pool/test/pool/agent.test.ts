import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleAgent, temporaryFolder } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import {
  type AgentResult,
  type AgentTask,
  createPool,
  failureClassOf,
  jsonLinesProtocol,
  type ToolAdapter,
} from "../../src/index.ts";
import { cancel, expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const agent: ToolAdapter<AgentTask, AgentResult> = {
  name: "sample-agent",
  capabilities: { edits: true, conversation: true },
  command: () => ({ ...sampleAgent(), env: markedEnvironment }),
  connect: jsonLinesProtocol<AgentTask, AgentResult>({
    cancel,
    reset: (id) => ({ id, request: { reset: true } }),
  }),
};

test("an agent edits real files in its own folder, asks, fails and crashes, each turn by itself", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.md"), "# A\n");
  await using pool = createPool({ adapter: agent, cwd: folder.path, restart: { backoffMs: 1 } });

  const task = { message: "Add a header", files: ["a.md"] };
  const turn = pool.run(task);
  const edits: string[] = [];
  for await (const event of turn) if (event.type === "edit") edits.push(event.path);
  expect(edits).toEqual(["a.md"]);
  expect(await turn).toMatchObject({ claimedEdits: ["a.md"], costUsd: 0.001, endedBy: "protocol" });
  expect(await readFile(join(folder.path, "a.md"), "utf8")).toContain("DOC_ID");

  const quota = await rejection(pool.run({ ...task, message: "[fake:fail=quota:1500]" }));
  expect(quota).toMatchObject({ code: "TOOL_FAILED", retryAfterMs: 1500 });
  expect(failureClassOf(quota)).toBe("quota");

  const crash = await rejection(pool.run({ ...task, message: "[fake:crash=9]" }));
  expect(crash).toMatchObject({ exit: { kind: "code", code: 9 } });
  expect(failureClassOf(crash)).toBe("crash");

  const hang = pool.run({ ...task, message: "[fake:hang]" }, { turnTimeoutMs: 50 });
  expect(failureClassOf(await rejection(hang))).toBe("timeout");
  expect(await pool.run({ ...task, message: "[fake:no-change]" })).toMatchObject({
    claimedEdits: [],
  });
});
