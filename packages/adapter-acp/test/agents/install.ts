// Installs the agent that is named, and prints where its program is.

import type { AgentName } from "../../src/index.ts";
import { installAgent } from "../../src/index.ts";

try {
  const { path } = await installAgent(process.argv[2] as AgentName, {
    onProgress: ({ message }) => console.error(message),
  });
  console.log(path);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
