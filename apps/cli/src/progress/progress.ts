import { askLine } from "./ask-line.ts";
import { ProgressLines } from "./lines.ts";
import type { Progress, ProgressOptions } from "./progress-contract.ts";

/** The style that fits a stream: nothing is redrawn where nobody looks, or where it cannot be. */
export function progressStyle(
  stream: { readonly isTTY?: boolean },
  quiet: boolean,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProgressOptions["style"] {
  if (quiet) return "none";
  const dumb = environment.TERM === "dumb" || (environment.CI ?? "") !== "";
  return stream.isTTY === true && !dumb ? "terminal" : "lines";
}

/** Begins to show a run. */
export async function createProgress(options: ProgressOptions): Promise<Progress> {
  const { stream, style, elsewhere } = options;
  if (style === "terminal") {
    // What redraws takes a tenth of a run's start to load.
    const { terminalProgress } = await import("./terminal-progress.ts");
    return terminalProgress(options);
  }
  const lines = new ProgressLines(elsewhere);
  const say = (line: string): void => void stream.write(`${line}\n`);
  return {
    onEvent(event) {
      if (style === "none") return;
      const line = lines.onEvent(event);
      if (line !== null) say(line);
    },
    say,
    ask: (question, signal) => askLine(stream, question, signal),
    end() {},
  };
}
