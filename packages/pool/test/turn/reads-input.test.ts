import { afterAll, describe, expect, test } from "vitest";
import { createPool, lineProtocol, type ToolAdapter } from "../../src/index.ts";
import { expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** What it starts has its own input, from which it is told to show the end of an answer too. */
const shell: ToolAdapter = {
  name: "sh",
  command: () => ({
    file: "sh",
    args: ["-c", 'while read -r line; do eval "$line"; done'],
    env: markedEnvironment,
  }),
  connect: lineProtocol({
    sentinel: {
      command: (nonce) => `echo ${nonce.slice(0, 5)}'${nonce.slice(5)}'\n`,
      output: (nonce) => `${nonce}\n`,
    },
  }),
};

const PRINTED = /It printed what was typed behind the request .* Give what it starts another one/;
const SWALLOWED = /If the request reads the tool's own input, .* such as <\/dev\/null\.$/;

describe("a request that reads the input of its tool comes to its deadline, which says", () => {
  test.concurrent.each([
    // It has printed it long before.
    ["what was printed", "cat", { turnTimeoutMs: 1_500 }, "TURN_TIMEOUT", PRINTED],
    ["what was printed", "cat", { idleTimeoutMs: 1_500 }, "TURN_IDLE_TIMEOUT", PRINTED],
    ["what may be", "sort", { idleTimeoutMs: 200 }, "TURN_IDLE_TIMEOUT", SWALLOWED],
    ["nothing of it", "sleep 60", { turnTimeoutMs: 200 }, "TURN_TIMEOUT", /than 200 ms\.$/],
  ])("%s: %s", async (_what, request, deadline, code, message) => {
    await using pool = createPool({ adapter: shell });
    await pool.ready();
    const error = await rejection(pool.run(request, deadline));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await pool.run("echo next")).toBe("next");
  });
});
