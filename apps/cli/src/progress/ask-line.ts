import { createInterface } from "node:readline";
import type { Writable } from "node:stream";

/** Asks on a terminal and reads one line from stdin; `null` when none comes or `signal` is aborted. */
export async function askLine(
  stream: Writable,
  question: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (signal.aborted) return null;
  stream.write(`${question} `);
  const terminal = createInterface({ input: process.stdin });
  const answered = Promise.withResolvers<string | null>();
  const noAnswer = (): void => answered.resolve(null);
  terminal.once("line", answered.resolve);
  terminal.once("close", noAnswer);
  signal.addEventListener("abort", noAnswer, { once: true });
  try {
    const answer = await answered.promise;
    // What follows begins on a line of its own, as it does after an answer.
    if (answer === null) stream.write("\n");
    return answer;
  } finally {
    signal.removeEventListener("abort", noAnswer);
    terminal.close();
  }
}
