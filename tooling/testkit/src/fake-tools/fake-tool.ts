import { fileURLToPath } from "node:url";
import type { FakeToolName } from "./names.ts";

/** An executable with its arguments, for a host or for `spawn`. */
export interface Executable {
  readonly file: string;
  readonly args: readonly string[];
}

/** How to start a fake tool: a real process, with the Node that runs this. */
export function fakeTool(name: FakeToolName, ...args: readonly string[]): Executable {
  const script = fileURLToPath(new URL(`./bin/${name}.mjs`, import.meta.url));
  return { file: process.execPath, args: [script, ...args] };
}
