import { describe, expect, test } from "vitest";
import { createPool } from "../../src/index.ts";
import { CASES } from "../support/declared-cases.ts";
import { HOSTILE_REQUESTS, type HostileOutcome } from "../support/hostile-requests.ts";
import { shippedTools } from "../support/shipped-tools.ts";

const shipped = await shippedTools();

/** What came of a request, in the words of its expectation. */
function outcome(expected: HostileOutcome, found: PromiseSettledResult<string>): unknown {
  if (found.status === "fulfilled") return { answer: found.value };
  const { code, failureClass, message } = found.reason;
  if (expected === "ends") return { code, message };
  return code === "TOOL_FAILED" && failureClass === "refused" ? { refused: message } : found.reason;
}

function wanted(expected: HostileOutcome): unknown {
  if (expected === "ends") {
    return { code: "PROCESS_EXITED", message: expect.stringContaining("in a turn") };
  }
  const [[kind, text] = []] = Object.entries(expected) as [string, string | RegExp][];
  return { [kind as string]: text instanceof RegExp ? expect.stringMatching(text) : text };
}

describe.concurrent("what a program would take for its own", () => {
  for (const tool of CASES) {
    test.skipIf(shipped.absent(tool) !== null)(
      `${shipped.title(tool)}: is answered, refused or ends it, without a deadline, and the next request is answered`,
      { timeout: 240_000 },
      async () => {
        await using pool = createPool({
          adapter: await shipped.adapter(tool.name),
          turnTimeoutMs: 60_000,
          restart: { intensity: 100, backoffMs: 1, maxBackoffMs: 1 },
        });
        const [ordinary, answer] = tool.turns[0] ?? ["", ""];
        for (const [request, expected, then = answer] of HOSTILE_REQUESTS[tool.name] ?? []) {
          const { generation: before } = pool.status().instances[0] ?? {};
          const [found] = await Promise.allSettled([pool.run(request)]);
          expect({ request, ...(outcome(expected, found) as object) }).toEqual({
            request,
            ...(wanted(expected) as object),
          });
          expect({ request, next: await pool.run(ordinary) }).toEqual({
            request,
            next: then instanceof RegExp ? expect.stringMatching(then) : then,
          });
          const { generation: after } = pool.status().instances[0] ?? {};
          if (before !== 0 && expected !== "ends") {
            expect({ request, generation: after }).toEqual({ request, generation: before });
          }
        }
      },
    );
  }
});
