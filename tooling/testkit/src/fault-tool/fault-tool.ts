import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Executable } from "../fake-tools/fake-tool.ts";

const script = fileURLToPath(new URL("../../python/fault_tool.py", import.meta.url));

let interpreter: string | undefined;

/** Python itself, whatever stands before it on PATH: a shim that chooses a version costs 90 ms a start. */
export function pythonInterpreter(): string {
  interpreter ??= execFileSync("python3", ["-c", "import sys; print(sys.executable)"], {
    encoding: "utf8",
  }).trim();
  return interpreter;
}

/** How to start the tool with one fault that `python/fault_tool.py` describes, as an ordinary process. */
export function faultTool(fault: string, ...args: readonly string[]): Executable {
  // Without the user's site-packages it is there in 15 ms.
  return { file: pythonInterpreter(), args: ["-S", script, fault, ...args] };
}

/** The same program for a host that imports it: its entry, and the folder that it lies in. */
export const FAULT_TOOL_ENTRY: { readonly entry: string; readonly path: readonly string[] } = {
  entry: "fault_tool:main",
  path: [fileURLToPath(new URL("../../python", import.meta.url))],
};
