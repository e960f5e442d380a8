/** What a text is that the tool was told. */
export type ToldPart = "setup" | "request" | "sentinel" | "command" | "answer";

/**
 * What a text is that the tool said, as the framing takes it:
 * - `start`: before it was ready
 * - `ready`: what it was taken for ready by
 * - `echo`, `noise`: what it repeated of its input, and what it prints beside its answers, such as a prompt
 * - `answer`: what the caller gets
 * - `error`, `event`, `question`: a message of a tool that speaks JSON lines
 * - `end`: what the turn was ended by
 * - `between`: what belongs to no turn, and is dropped
 * - `control`: what only a terminal understands, taken out
 * - `stderr`: what it said on stderr where that is no part of the answer
 */
export type SaidRole =
  | "start"
  | "ready"
  | "echo"
  | "noise"
  | "answer"
  | "error"
  | "event"
  | "question"
  | "end"
  | "between"
  | "control"
  | "stderr";

/** One step of a connection that cuts into turns what a tool says. */
export type FramingEvent =
  /** These bytes were written to the tool. */
  | { readonly type: "told"; readonly part: ToldPart; readonly text: string }
  /** These bytes came, and nothing has been made of them yet. */
  | { readonly type: "heard"; readonly channel: "stdout" | "stderr"; readonly bytes: Buffer }
  /** What was heard turned out to be this. In the order in which it was decided. */
  | {
      readonly type: "said";
      readonly role: SaidRole;
      readonly channel: "stdout" | "stderr";
      readonly text: string;
    }
  /** From now on it looks for this. */
  | { readonly type: "awaiting"; readonly what: string; readonly pattern: string }
  /** What it looked for has come. */
  | { readonly type: "found" };

/** Is told what a connection makes of each byte: for people who describe a tool. Must not throw. */
export type FramingTrace = (event: FramingEvent) => void;
