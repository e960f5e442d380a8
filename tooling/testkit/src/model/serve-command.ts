import { fileURLToPath } from "node:url";
import type { Executable } from "../fake-tools/fake-tool.ts";

/**
 * How to start the stand-in model as a process of its own. It prints one line of JSON with `baseUrl`,
 * `apiKey`, `model`, `weakModel` and `pid`, and ends when its stdin ends or at SIGTERM.
 *
 * Arguments: `--latency-ms N`, `--port N`, `--key KEY`, and `--settings FOLDER`, which writes aider's
 * two files there and adds `modelSettingsFile` and `modelMetadataFile` to the line.
 */
export function standInModelCommand(...args: readonly string[]): Executable {
  const script = fileURLToPath(new URL("./serve.ts", import.meta.url));
  return { file: process.execPath, args: [script, ...args] };
}
