// The configuration of the benchmark's runs: its worker as a tool.
import { fileURLToPath } from "node:url";
import { inheritedEnvironment, jsonLinesProtocol } from "@cluster/pool";

const worker = fileURLToPath(new URL("worker.py", import.meta.url));

export default {
  tool: "trivial",
  tools: {
    trivial: {
      name: "trivial",
      capabilities: { edits: true },
      command: () => ({
        file: process.env.BENCH_PYTHON,
        args: [worker],
        env: inheritedEnvironment(),
      }),
      connect: jsonLinesProtocol({ reset: (id) => ({ id, request: { reset: true } }) }),
    },
  },
};
