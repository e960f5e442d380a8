import type { Writable } from "node:stream";
import { EXIT_CODES } from "./exit-codes.ts";

/** Resolves when all that was written has left, with what kept it from leaving. */
function flushed(stream: Writable): Promise<Error | null> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve(stream.errored);
    else stream.write("", (error) => resolve(error ?? null));
  });
}

/**
 * Neither a reader that goes away (`cluster run | head`) nor a full disk behind `> file` may end a run in its
 * middle. What could not be written is told by {@link endProcess}.
 */
export function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

/**
 * Ends the process when all that was written has left it: a pipe takes a long report in pieces. Where it could
 * not be written, though somebody wants it, nothing is done as it should be.
 */
export async function endProcess(code: number): Promise<void> {
  const [error] = await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  if (error === null || (error as NodeJS.ErrnoException).code === "EPIPE") process.exit(code);
  process.stderr.write(`cluster: What it prints could not be written: ${error.message}\n`);
  process.exit(code === EXIT_CODES.done.code ? EXIT_CODES.setup.code : code);
}
