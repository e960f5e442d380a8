import { TEST_MARKER } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import { declaredTool, type ToolDefinition } from "../../src/declared/index.ts";
import { createPool } from "../../src/index.ts";
import { expectNoProcessLeft, markedEnvironment } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** Repeats each line in brackets. Without -r, a line that ends in a backslash goes on in the next one. */
const brackets: ToolDefinition = {
  name: "brackets",
  command: "sh",
  arguments: ["-c", 'while read line; do echo "[$line]"; done'],
  framing: { by: "sentinel", send: "{{nonce}}", prints: "[{{nonce}}]" },
};

async function answer(multiLine: ToolDefinition["multiLine"], request: string): Promise<string> {
  const environment = { [TEST_MARKER]: markedEnvironment[TEST_MARKER] ?? "" };
  await using pool = createPool({
    adapter: declaredTool({ ...brackets, multiLine }, { environment }),
  });
  return await pool.run(request);
}

test.each([
  ["as they are", "as-is", "a\nb", "[a]\n[b]"],
  ["joined", { join: "\\\n" }, "a\nb\r\nc", "[abc]"],
  ["joined, where there is one only", { join: "\\\n" }, "a", "[a]"],
  ["between two others", { wrap: { before: "(", after: ")" } }, "a\nb", "[(]\n[a]\n[b]\n[)]"],
  ["in one, always", { escape: "say {{shell}}", always: true }, "a b", "[say 'a b']"],
] as const)("the lines of a request are sent %s", async (_how, multiLine, request, expected) => {
  expect(await answer(multiLine, request)).toBe(expected);
});

test("a version is asked for as usual where only its pattern is given", async () => {
  const { probe } = declaredTool({
    ...brackets,
    command: "python3",
    version: { pattern: { regex: "Python (\\d)" } },
  });
  expect(await probe?.()).toMatchObject({ installed: true, version: "3" });
});
