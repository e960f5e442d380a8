import type { AgentResult, ToolAdapter } from "../../../src/index.ts";
import type { Samples } from "../../../src/testing/core.ts";
import { sampleAdapter } from "./sample-adapter.ts";
import type { SampleRequest } from "./sample-connection.ts";

/** The sample tool as a coding agent: its answers are replies, and are counted. */
export function sampleAgent(fault = ""): ToolAdapter<SampleRequest, AgentResult> {
  const { oneShot: _, ...adapter } = sampleAdapter(fault);
  return {
    ...adapter,
    connect(process, slot) {
      const connection = adapter.connect(process, slot);
      let counted = 0;
      return {
        ready: (signal) => connection.ready(signal),
        reset: async (signal) => connection.reset?.(signal),
        async run(request, context) {
          const reply = await connection.run(request, context);
          counted = fault === "agent.usage" ? counted + 100 : 100;
          return {
            reply,
            claimedEdits: [fault === "agent.result" ? "/etc/hosts" : "notes.md"],
            usage: { inputTokens: counted, outputTokens: 10 },
            costUsd: "unknown",
            questions: [],
            endedBy: "protocol",
          };
        },
      };
    },
  };
}

export const AGENT_SAMPLES: Samples<SampleRequest, AgentResult> = {
  works: (n) => ({
    request: { action: "print", text: `answer ${n}` },
    check: ({ reply }) => reply === `answer ${n}`,
  }),
};
