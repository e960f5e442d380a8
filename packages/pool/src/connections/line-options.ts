import { PoolError } from "../errors/pool-error.ts";
import type { FramingTrace } from "../framing/framing-trace.ts";
import { refuseUnknown } from "../pool/option-checks.ts";

/**
 * Makes the tool print a text that nobody could have expected, behind the answer: the surest end of a
 * turn. `command` is what to type, with its line end; `output` is what the tool then prints, which is
 * found in the middle of a line too. Where the tool echoes its input, `command` must not end with the
 * nonce in one piece.
 */
export interface Sentinel {
  readonly command: (nonce: string) => string;
  readonly output: (nonce: string) => string;
}

/** How a tool that takes lines of text is spoken with. It needs a `prompt` or a `sentinel`. */
export interface LineProtocolOptions {
  /** What it prints when it takes input, such as `"> "`. Weaker than a sentinel: an answer may hold it. */
  readonly prompt?: string | RegExp;
  readonly sentinel?: Sentinel;
  /**
   * Whether a sentinel stands before each request too, so that what the tool still says of the turn
   * before, or of its own accord, is no part of the answer however late it comes. Needs a sentinel, and
   * a tool that prints nothing else (no prompt) when it has printed one. @default false
   */
  readonly fenced?: boolean;
  /**
   * Typed once at the start, without waiting for anything but `ready`: what switches a prompt off, for
   * instance, since a prompt that comes beside a sentinel becomes part of the answers.
   */
  readonly setup?: string;
  /** Text to print before it is ready, where that is neither the prompt nor the sentinel's answer. */
  readonly ready?: string | RegExp;
  /**
   * Makes one input of a request, for tools that end an input at a line end. Without it and without a
   * sentinel, a request of several lines fails before it is sent. @default as it is
   */
  readonly encode?: (request: string) => string;
  /** Typed to make it forget all context. Absent: it cannot, and its process is replaced. */
  readonly resetCommand?: string;
  /**
   * Whether SIGINT stops what it does and it then takes input again. Needs a sentinel, which alone
   * proves that it is in step. `"group"` is for tools that wait for what they started, as a shell does: the
   * signal then reaches that too. @default false: the process of a stopped turn is replaced
   */
  readonly interruptible?: boolean | "group";
  /**
   * Whether it repeats what it is told, as a terminal with echo does: those lines are then no part of the
   * answer. @default false
   */
  readonly echoes?: boolean;
  /**
   * What it prints beside its answers and cannot be told not to, such as a prompt where there is a sentinel:
   * taken out of each line, and a line of which nothing is left goes. Pieces of an answer are then told by
   * the line.
   */
  readonly noise?: RegExp;
  /**
   * Whether stderr is part of the answer, and the prompt or sentinel may come by it. Two pipes have no
   * order: with a prompt by stderr the answer holds what its tool had written to stdout by then, and what
   * a tool holds back in a buffer of its own is lost. Use a sentinel where you can, or start the tool
   * with `2>&1`. @default false
   */
  readonly mergeStderr?: boolean;
  /**
   * Whether what only a terminal understands is taken out of all that it prints, before anything is
   * looked for in it: escape sequences and control characters. A carriage return becomes a line end, so
   * that each state of a progress bar is a line. @default false
   */
  readonly plain?: boolean;
  /** Looks at each answer; throws ToolFailure when it shows a failure, which leaves the process in service. */
  readonly check?: (output: LineOutput) => void;
  /** Is told what becomes of each byte, for people who describe a tool. */
  readonly trace?: FramingTrace;
  /** @default "\n" */
  readonly lineEnd?: string;
}

/** What a turn brought. */
export interface LineOutput {
  readonly answer: string;
  /** What came by stderr in the turn: its last 64 KiB. */
  readonly stderr: string;
}

const NAMES: Readonly<Record<keyof LineProtocolOptions, true>> = {
  prompt: true,
  sentinel: true,
  fenced: true,
  setup: true,
  ready: true,
  encode: true,
  resetCommand: true,
  interruptible: true,
  echoes: true,
  noise: true,
  mergeStderr: true,
  plain: true,
  check: true,
  trace: true,
  lineEnd: true,
};

/** @throws {PoolError} OPTION_INVALID */
export function checkLineProtocol(options: LineProtocolOptions): void {
  refuseUnknown("lineProtocol", options, NAMES);
  const { prompt, sentinel, ready } = options;
  if (prompt === undefined && sentinel === undefined) {
    throw invalid(
      "expected a prompt or a sentinel, found neither. Without one it cannot know where an answer ends.",
    );
  }
  if (prompt === "" || ready === "") {
    throw invalid(
      `${prompt === "" ? "prompt" : "ready"}: expected some text, found an empty string.`,
    );
  }
  if (options.fenced === true && sentinel === undefined) {
    throw invalid("fenced: expected a sentinel with it, which is what it would put first.");
  }
  // A prompt that comes after SIGINT may be the answer's own, and the interrupt's comes later.
  if (options.interruptible && sentinel === undefined) {
    throw invalid(
      "interruptible: expected a sentinel with it: a prompt does not prove which turn it ends.",
    );
  }
}

function invalid(message: string): PoolError {
  return new PoolError("OPTION_INVALID", `lineProtocol: ${message}`);
}
