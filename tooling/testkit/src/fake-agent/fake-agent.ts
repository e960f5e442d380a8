import { fileURLToPath } from "node:url";
import type { Executable } from "../fake-tools/fake-tool.ts";

/** What is wrong with a fake agent from its start. Faults of a turn are lines of its prompt. */
export type FakeAgentFault =
  /** Says that it speaks version 2 of the protocol. */
  | "wrong-version"
  /** Opens no session before somebody logs in. */
  | "needs-auth"
  /** The same, until it is told to log in by the method `key`. */
  | "wants-key"
  /** Goes on after the end of its input; SIGTERM ends it. */
  | "ignores-eof"
  /** Takes a second prompt in a session as a part of the first, and never answers it. */
  | "merges-prompts"
  /** Does not hear of a cancelled turn. */
  | "ignores-cancel"
  /** Leaves requests unanswered that it does not know. */
  | "ignores-unknown"
  /** Leaves out how many tokens a turn took. */
  | "no-usage"
  /** Has no mode in which it asks. */
  | "other-modes"
  /** Has its modes as an option of the session. */
  | "mode-option";

/**
 * How to start the fake agent: a coding agent that speaks the Agent Client Protocol over its standard
 * streams and needs no model. Each line of a prompt is an order; `agent.mjs` lists them.
 */
export function fakeAgent(...faults: readonly FakeAgentFault[]): Executable {
  const script = fileURLToPath(new URL("./agent.mjs", import.meta.url));
  return { file: process.execPath, args: [script, ...faults.map((fault) => `--${fault}`)] };
}
