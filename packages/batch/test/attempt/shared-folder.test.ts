import type { AgentResult, AgentTask, Lease } from "@cluster/manager";
import { systemClock } from "@cluster/manager";
import { expect, test } from "vitest";
import { executeAttempt } from "../../src/attempt/execute-attempt.ts";
import type { Attempt, WorkPlace } from "../../src/index.ts";

const attempt = { task: "t", token: 1, files: ["a"], base: "in-place" } as unknown as Attempt;

test.each([
  { shared: true, order: ["files", "turn"] },
  { shared: false, order: ["turn", "files"] },
])(
  "shared: $shared takes $order, so that no turn waits for files that wait for a turn",
  async (how) => {
    const order: string[] = [];
    const turn = async (): Promise<void> => {
      if (!order.includes("turn")) order.push("turn");
    };
    const lease = { instance: 0, release: async () => {} } as unknown as Lease<
      AgentTask,
      AgentResult
    >;
    const place = {
      async reset() {
        order.push("files");
      },
      async leave() {
        order.push("left");
        return null;
      },
    } as unknown as WorkPlace;
    const stop = new AbortController();
    const result = await executeAttempt(
      attempt,
      {
        lease: async () => lease,
        // Called off as soon as both are there: nothing else is of interest.
        workspaceOf: async () => place,
        clock: systemClock,
        shared: how.shared,
        folder: null,
      },
      {
        signal: stop.signal,
        draining: stop.signal,
        turn: {
          tryBegin: () => {
            void turn();
            return true;
          },
          begin: turn,
          end: () => {},
          failed: () => {},
        },
        emit: ({ stage }) => {
          if (stage === "turn") stop.abort();
        },
      },
    );
    expect(order).toEqual([...how.order, "left"]);
    expect(["cancelled", "failed"]).toContain(result.verdict);
  },
);
