import { loadBinding } from "../../src/host/terminal/fork-terminal.ts";
import type { ProcessSpec, ToolProcess } from "../../src/index.ts";
import { markedEnvironment } from "./tools.ts";

/** Why this machine has no terminals for the tests, or null: an optional package brings the binary. */
export const noTerminals: string | null = (() => {
  try {
    loadBinding();
    return null;
  } catch (error) {
    // Whoever runs the checks of this repository has it; only a platform without a binary has not.
    if (process.env.CI !== undefined) throw error;
    return `no @lydell/node-pty for ${process.platform}-${process.arch}`;
  }
})();

export function command(file: string, ...args: readonly string[]): ProcessSpec {
  return { file, args, cwd: "/", env: markedEnvironment };
}

/** A Python program as a command. */
export function script(text: string): ProcessSpec {
  return command("python3", "-c", text);
}

/** All that a process prints to its end. */
export async function output(process: ToolProcess): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdout) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Resolves when a process has printed a text; gives all that it printed so far. */
export function printed(process: ToolProcess, text: string): Promise<string> {
  let all = "";
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      all += chunk.toString("latin1");
      if (!all.includes(text)) return;
      process.stdout.off("data", onData);
      resolve(all);
    };
    process.stdout.on("data", onData);
    process.stdout.once("close", () => reject(new Error(`It ended after printing ${all}`)));
  });
}
