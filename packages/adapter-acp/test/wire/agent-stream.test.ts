import { once } from "node:events";
import { childProcessHost } from "@cluster/pool";
import { fakeAgent, temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { agentStream } from "../../src/wire/agent-stream.ts";

test("the end of a process that nobody listens to any more is no error", async () => {
  await using folder = await temporaryFolder();
  const spec = { ...fakeAgent(), env: {}, cwd: folder.path };
  const process = await childProcessHost().start(spec, new AbortController().signal);
  const nobody = { onUpdate() {}, onPromptAnswered() {}, onStray() {} };
  const { readable } = agentStream(process, nobody);
  const closed = once(process.stdout, "close");
  await readable.cancel();
  process.endInput();
  await closed;
  expect(await process.exited).toEqual({ kind: "code", code: 0 });
});
