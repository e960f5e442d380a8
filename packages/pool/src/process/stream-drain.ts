import type { Readable } from "node:stream";
import type { Clock } from "../pool/clock.ts";

const QUIET_MS = 100;
/** A grandchild that never stops printing must not keep the end away. */
const LIMIT_MS = 2_000;

/**
 * Resolves when a stream of an ended process has given all it has. A grandchild may hold the pipe
 * open for ever (`exit` after 4 ms, `close` after it ends), so silence ends the wait too, and the
 * stream is then destroyed. A paused stream is not silent: whoever paused it has not taken all yet.
 */
export function drainAfterExit(stream: Readable | null, clock: Clock): Promise<void> {
  if (stream === null || stream.destroyed || stream.readableEnded) return Promise.resolve();
  const began = clock.elapsed();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      stream.off("data", wait);
      stream.off("close", finish);
      stream.off("end", finish);
      stream.destroy();
      resolve();
    };
    const onQuiet = (): void => {
      if (stream.isPaused() && clock.elapsed() - began < LIMIT_MS) wait();
      else finish();
    };
    const wait = (): void => {
      cancel();
      if (clock.elapsed() - began >= LIMIT_MS) finish();
      else cancel = clock.after(QUIET_MS, onQuiet);
    };
    let cancel = clock.after(QUIET_MS, onQuiet);
    stream.on("data", wait);
    stream.on("close", finish);
    stream.on("end", finish);
  });
}
