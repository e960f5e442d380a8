/** The fake tools: small real programs, each with one property. The folder `bin` says what each does. */
export const FAKE_TOOLS = [
  "answers-late",
  "answers-twice",
  "asks-question",
  "dies-between-turns",
  "dies-in-turn",
  "exits-at-start",
  "floods-stderr",
  "floods-stdout",
  "grandchild",
  "half-line",
  "hangs-at-start",
  "holds-stdout-in-grandchild",
  "huge-line",
  "ignores-sigterm",
  "invalid-utf8",
  "json-lines",
  "never-answers",
  "one-shot",
  "prompt-in-answer",
  "repl",
  "slow-start",
  "splits-code-point",
  "stops-reading",
  "talks-between-turns",
] as const;

export type FakeToolName = (typeof FAKE_TOOLS)[number];
