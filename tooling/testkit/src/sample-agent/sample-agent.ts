import { fileURLToPath } from "node:url";
import type { Executable } from "../fake-tools/fake-tool.ts";

/**
 * How to start the sample agent: a coding agent that speaks JSON lines, really edits files and needs
 * no model. Its folder for counting attempts is named by `SAMPLE_AGENT_STATE` in its environment.
 */
export function sampleAgent(): Executable {
  return { file: process.execPath, args: [fileURLToPath(new URL("./start.mjs", import.meta.url))] };
}
