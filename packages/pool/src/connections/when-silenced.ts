import type { Readable } from "node:stream";
import type { ToolProcess } from "../contract/process-host.ts";

/**
 * Calls back when a process has ended and all it said was read: no answer comes any more, and whoever
 * waits for one need not wait until the pool gives the connection up.
 */
export function whenSilenced(
  process: ToolProcess,
  streams: readonly Readable[],
  callback: (error: Error) => void,
): void {
  const open = new Set(streams);
  for (const stream of streams) {
    stream.once("close", () => {
      open.delete(stream);
      if (open.size > 0) return;
      void process.exited.then(() => callback(new Error("The tool ended without an answer.")));
    });
  }
}
