import {
  type AgentResult,
  type AgentTask,
  type Lease,
  systemClock,
  ToolFailure,
} from "@cluster/manager";
import { expect, test } from "vitest";
import { executeAttempt } from "../../src/attempt/execute-attempt.ts";
import type { Attempt } from "../../src/contract/executor.ts";
import type { WorkPlace } from "../../src/contract/site.ts";

test("a failure of the turn is told before anybody looks at what it left", async () => {
  const order: string[] = [];
  const refusal = new ToolFailure("quota", "enough");
  const turn = Object.assign(Promise.reject(refusal), {
    [Symbol.asyncIterator]: () => ({ next: async () => await Promise.reject(refusal) }),
  });
  turn.catch(() => {});
  const lease = {
    instance: 0,
    transcript: null,
    run: () => turn,
    release: async () => {},
  } as unknown as Lease<AgentTask, AgentResult>;
  const place = {
    path: "/nowhere",
    reset: async () => {},
    async changes() {
      order.push("looked at");
      return { inside: [], outside: [] };
    },
  } as unknown as WorkPlace;
  const { signal } = new AbortController();
  const attempt = { task: "t", files: [], readOnlyFiles: [], prompt: "x", earlierFailure: null };
  const result = await executeAttempt(
    { ...attempt, model: null, permissions: null } as unknown as Attempt,
    {
      lease: async () => lease,
      workspaceOf: async () => place,
      clock: systemClock,
      shared: false,
      folder: null,
    },
    {
      signal,
      draining: signal,
      turn: {
        tryBegin: () => true,
        begin: async () => void order.push("confirmed"),
        end: () => order.push("ended"),
        failed: ({ failureClass }) => void order.push(`failed for ${failureClass}`),
      },
      emit: () => {},
    },
  );
  expect(result).toMatchObject({ verdict: "failed", failure: { failureClass: "quota" } });
  expect(order).toEqual(["confirmed", "failed for quota", "looked at"]);
});
