import type { FailureClass } from "../contract/agent.ts";
import type { Answer, Question } from "../contract/question.ts";
import type { ToolAdapter } from "../contract/tool-adapter.ts";

/** Where a sample is tried. */
export interface SamplePlace {
  /** The absolute folder of the instance, and of nobody else while the promises are tried. */
  readonly cwd: string;
}

/**
 * Whether a result is the one that was to come: `false`, or a sentence that says what is wrong with it, or
 * an error that is thrown (an `expect` of vitest), when it is not.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a check that throws returns nothing
type Check<Result> = (result: Result) => boolean | string | void | Promise<boolean | string | void>;

/** A request, and whether a result answers it. */
export interface Exchange<Request, Result> {
  readonly request: Request;
  readonly check: Check<Result>;
}

/** A sample is made right before it is tried, so that it may prepare what it needs (a file, a server). */
type Made<Value> = (place: SamplePlace) => Value | Promise<Value>;

/** What a tool can say that a reader of its output may trip over. */
export const HOSTILE_OUTPUTS = {
  /** Whatever ends an answer elsewhere: its prompt, its sentinel's form, a line of its protocol. */
  prompt: "an answer that holds the tool's own prompt",
  /** Two, three and four bytes each, and one made of several. */
  codePoints: "an answer in letters of several bytes",
  invalidUtf8: "an answer that is not valid UTF-8",
  nul: "an answer with NUL bytes",
  colours: "an answer with ANSI colours",
  carriageReturns: "an answer with carriage returns",
  /** 1 MiB without a line end. */
  longLine: "an answer with a line of 1 MiB",
  /** The tool repeats its input before it answers. */
  echo: "an answer behind the echo of its request",
} as const;

export type HostileOutput = keyof typeof HOSTILE_OUTPUTS;

/** A request that the tool fails at, for a reason of this class. */
export interface FailureSample<Request, Result> {
  readonly request: Request;
  /** The same tool, set up so that it fails: a wrong key, say. @default the adapter itself */
  readonly adapter?: ToolAdapter<Request, Result>;
  /** How long the provider asks to wait, where it does. */
  readonly retryAfterMs?: number;
}

/** How a secret comes into a conversation, and out of it. */
export interface SecretSample<Request, Result> {
  /** The request that tells the tool a secret. */
  readonly plant: (secret: string, place: SamplePlace) => Request | Promise<Request>;
  /** The request that asks for it; that the tool fails at it is well where it knows none. */
  readonly ask: Made<Request>;
  /** Everything in which a leak would show. @default the result as text or JSON */
  readonly read?: (result: Result) => string | Promise<string>;
}

/** A request in the middle of which the tool asks something. */
export interface QuestionSample<Request, Result> {
  readonly request: Request;
  /** What of the question must be so. */
  readonly question: Partial<Question>;
  /** An answer, and what then comes of the turn; several that differ show that the answer arrives. */
  readonly answers: readonly {
    readonly answer: Answer;
    readonly check: Check<Result>;
  }[];
}

/**
 * What shows that an adapter keeps its promises: requests to its tool, given by whoever wrote it. Only
 * `works` is needed; what depends on a sample that is not given is reported as not shown.
 *
 * @template Request The adapter's request
 * @template Result The adapter's result
 */
export interface Samples<Request, Result> {
  /**
   * The n-th request that works. Its check accepts no answer to another n, so that mixed-up answers
   * are noticed.
   */
  readonly works: (
    n: number,
    place: SamplePlace,
  ) => Exchange<Request, Result> | Promise<Exchange<Request, Result>>;
  /** A request that takes a minute at least unless it is stopped, and best says something meanwhile. */
  readonly slow?: Made<Request>;
  /** A request at which the tool falls silent for a minute at least. */
  readonly silent?: Made<Request>;
  /** A request of several lines, which is one turn all the same. */
  readonly severalLines?: Made<Exchange<Request, Result>>;
  /** Requests that make the tool say hostile things. */
  readonly hostile?: Partial<Record<HostileOutput, Made<Exchange<Request, Result>>>>;
  /** A request after whose answer the tool goes on to say something, within some seconds. */
  readonly talksOn?: Made<Exchange<Request, Result>>;
  /** A request at which the tool ends in the middle of the turn, with exit code 0 if it can. */
  readonly dies?: Made<Request>;
  /** A request at which the tool starts a process that outlives the turn. */
  readonly leavesChild?: Made<Request>;
  /** A request that fails, for each class that the tool can fail with. */
  readonly fails?: Partial<Record<FailureClass, Made<FailureSample<Request, Result>>>>;
  /** A secret in a conversation. */
  readonly secret?: SecretSample<Request, Result>;
  /** A request in the middle of which the tool asks something. */
  readonly question?: Made<QuestionSample<Request, Result>>;
  /** The adapter of the same tool where that is not installed: another executable, say. */
  readonly absent?: Made<ToolAdapter<Request, Result>>;
}

/** The name of a sample: of the hostile outputs and the failures with the part that is meant. */
export type SampleName =
  | Exclude<keyof Samples<unknown, unknown>, "hostile" | "fails">
  | `hostile.${HostileOutput}`
  | `fails.${FailureClass}`;

/** Whether a sample was given. */
export function hasSample<Request, Result>(
  samples: Samples<Request, Result>,
  name: SampleName,
): boolean {
  let found: unknown = samples;
  for (const part of name.split("."))
    found = (found as Record<string, unknown> | undefined)?.[part];
  return found !== undefined;
}
