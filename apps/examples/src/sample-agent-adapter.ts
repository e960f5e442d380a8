import {
  type AgentResult,
  type AgentTask,
  jsonLinesProtocol,
  type ToolAdapter,
} from "@cluster/pool";
import { sampleAgent } from "@cluster/testkit";

/** The sample agent of the testkit as a tool: it edits files for real and asks no model. */
export const sampleAgentAdapter: ToolAdapter<AgentTask, AgentResult> = {
  name: "sample-agent",
  capabilities: { edits: true },
  command: () => sampleAgent(),
  connect: jsonLinesProtocol<AgentTask, AgentResult>({
    reset: (id) => ({ id, request: { reset: true } }),
  }),
};
