import { fileURLToPath } from "node:url";
import {
  type AgentResult,
  type AgentTask,
  inheritedEnvironment,
  jsonLinesProtocol,
  type ToolAdapter,
} from "@cluster/pool";

/** The program, as it stands in the command line of each of its processes. */
export const TOOL_PROGRAM: string = fileURLToPath(new URL("./chaos_tool.py", import.meta.url));

/** A tool that edits at once as its task says, and writes down each edit in the folder `state`. */
export function chaosTool(python: string, state: string): ToolAdapter<AgentTask, AgentResult> {
  return {
    name: "chaos",
    capabilities: { edits: true },
    command: () => ({
      file: python,
      // Neither the site's packages nor the user's: it is to start at once.
      args: ["-I", "-S", TOOL_PROGRAM],
      env: inheritedEnvironment({ CHAOS_STATE: state }),
    }),
    connect: jsonLinesProtocol<AgentTask, AgentResult>({
      reset: (id) => ({ id, request: { reset: true } }),
    }),
  };
}
