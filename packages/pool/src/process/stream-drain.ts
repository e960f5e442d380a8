import type { Readable } from "node:stream";
import type { Clock } from "../pool/clock.ts";

/**
 * Resolves when a stream of an ended process has given all it has. A grandchild may hold the pipe
 * open for ever (`exit` after 4 ms, `close` after it ends), so silence ends the wait too, and the
 * stream is then destroyed.
 */
export function drainAfterExit(
  stream: Readable | null,
  quietMs: number,
  clock: Clock,
): Promise<void> {
  if (stream === null || stream.destroyed || stream.readableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      stream.off("data", onData);
      stream.off("close", finish);
      stream.off("end", finish);
      stream.destroy();
      resolve();
    };
    const onData = (): void => {
      cancel();
      cancel = clock.after(quietMs, finish);
    };
    let cancel = clock.after(quietMs, finish);
    stream.on("data", onData);
    stream.on("close", finish);
    stream.on("end", finish);
  });
}
