import { fileURLToPath } from "node:url";
import type { Executable } from "../fake-tools/fake-tool.ts";

/** How a quick tool starts: as it should, or not. */
export type QuickStart = "well" | "slow" | "exits" | "hangs";

/** What becomes of a turn of the quick tool, and of the tool. */
export type QuickTurn =
  /** It asks a question, whose answer is another one of these. */
  | "hold"
  | "answer"
  | "twice"
  | "talk"
  | "garbage"
  | "fail"
  | "die"
  | "answer-and-die"
  | "half"
  | "nonsense"
  | "flood"
  | "flood-stderr"
  | "mute"
  | "deaf"
  | "freeze"
  | "stubborn"
  | "close-stdout"
  | "child"
  /** A child in a session of its own. Linux only. */
  | "runaway";

/**
 * A real process that is ready within a millisecond or two and does in each turn what its request
 * says. Its lines are strings of JSON: `run ID NONCE TURN`, `go ID TURN`, `cancel ID`, `reset ID`,
 * `ping ID`; the result is `NONCE PID NONCE-OF-THE-REQUEST-BEFORE`, `-` where there was none.
 */
export function quickTool(start: QuickStart = "well"): Executable {
  const script = fileURLToPath(new URL("./quick-tool.sh", import.meta.url));
  return { file: "/bin/sh", args: [script, start] };
}
