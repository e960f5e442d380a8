import type { FailureClass } from "../contract/agent.ts";

/** A text as it stands, or a regular expression. */
export type Pattern = string | PatternExpression;

/** A regular expression as JavaScript has them. */
export interface PatternExpression {
  readonly regex: string;
  /** @default none */
  readonly flags?: string | undefined;
}

/** A value within a JSON message: names with dots between them. */
export interface MessagePath {
  readonly path: string;
}

/** An argument with places such as `{{message}}`, or several that are there only under a condition. */
export type ArgumentTemplate =
  | string
  | { readonly when: ArgumentCondition; readonly arguments: readonly string[] }
  | { readonly each: "files" | "readOnlyFiles"; readonly arguments: readonly string[] };

/** What a task must have, or must be allowed, for arguments to be there. */
export type ArgumentCondition =
  | "model"
  | "files"
  | "readOnlyFiles"
  | "commands"
  | "createFiles"
  | "urls";

/** The tool is made to print a text that nobody could have expected: the surest end of an answer. */
export interface SentinelFraming {
  readonly by: "sentinel";
  /** What to type; `{{nonce}}`, or `{{nonce.start}}` and `{{nonce.end}}` where it repeats its input. */
  readonly send: string;
  /** What it then prints, up to its line end. @default "{{nonce}}" */
  readonly prints?: string | undefined;
  /** What a nonce is made of. @default "word" */
  readonly nonce?: "word" | "digits" | undefined;
  /** Whether one stands before each request too. @default false */
  readonly fenced?: boolean | undefined;
}

/** The answer ends where the tool asks for the next input. */
export interface PromptFraming {
  readonly by: "prompt";
  readonly prompt: Pattern;
}

/** JSON, a message a line. */
export interface JsonLinesFraming {
  readonly by: "json-lines";
  /**
   * The message for a request: any JSON, in which `"{{id}}"` is its number and `"{{request}}"` the request.
   * @default { "id": "{{id}}", "request": "{{request}}" }
   */
  readonly request?: unknown;
  /** Where the id is in an answer; `false` when there is none, and answers come in order. @default "id" */
  readonly id?: string | false | undefined;
  /** Where the result is; `""` for the whole message. @default "result" */
  readonly result?: string | undefined;
  /** Where an error is. @default "error" */
  readonly error?: string | undefined;
  /** Where its words are. @default the error itself, or its `message` */
  readonly errorMessage?: string | undefined;
  /** Where its failure class is. @default the error's `class` */
  readonly errorClass?: string | undefined;
  /** Where an event is: a text, or an event as the pool has them. @default "event" */
  readonly event?: string | undefined;
  /** The message that says it is ready; absent: it says nothing. */
  readonly ready?: { readonly path: string; readonly equals?: unknown } | undefined;
  /** Messages that cancel a request, make it forget all context, and ask for a sign of life. */
  readonly cancel?: unknown;
  readonly reset?: unknown;
  readonly ping?: unknown;
  /** Lines that are no JSON are an error, or passed over. @default "fail" */
  readonly otherLines?: "fail" | "skip" | undefined;
}

/** A process for each request; its exit ends the answer. */
export interface ExitFraming {
  readonly by: "exit";
  /** What goes to its stdin: the prompt, or nothing. @default "nothing" */
  readonly input?: "prompt" | "nothing" | undefined;
  /** Where the answer is, when it prints one JSON document. @default stdout is the answer */
  readonly json?: { readonly result: string; readonly error?: string | undefined } | undefined;
  /** What its exit codes mean. @default 0 is "ok", all others are "crash" */
  readonly exitCodes?: Readonly<Record<string, "ok" | FailureClass>> | undefined;
}

/** How the end of an answer is known. */
export type Framing = SentinelFraming | PromptFraming | JsonLinesFraming | ExitFraming;

/** What makes one input of a request of several lines. */
export type MultiLine =
  /** They are sent as they are; needs a sentinel. */
  | "as-is"
  /** Such a request fails before it is sent. */
  | "refuse"
  /** A line before and one behind. */
  | {
      readonly wrap: { readonly before: string; readonly after: string };
      readonly always?: boolean | undefined;
    }
  /** What stands between its lines instead of a line end, such as a backslash and a line end. */
  | { readonly join: string }
  /** One line: `{{json}}` is the request as a JSON string, `{{shell}}` as one word of a shell. */
  | { readonly escape: string; readonly always?: boolean | undefined }
  /** A line that announces where it ends, with `{{nonce}}`, and the line that ends it. */
  | {
      readonly heredoc: { readonly open: string; readonly close: string };
      readonly always?: boolean | undefined;
    };

/**
 * How it is seen that a request begins what it does not end: regular expressions that go over it from the
 * left, together. Such a request is refused before it is sent.
 */
export interface Unfinished {
  /** What is passed and not looked into: a quoted text, a comment. */
  readonly whole?: readonly string[] | undefined;
  /** A comment that may hold others of its kind, and in which nothing else counts. */
  readonly nested?: { readonly begins: string; readonly ends: string } | undefined;
  /** What has no end where it is found: a quote that is not the first one of a pair. */
  readonly open?: readonly string[] | undefined;
  /** What begins a block, in as many levels as there are. */
  readonly begins?: readonly string[] | undefined;
  /** What ends one. */
  readonly ends?: readonly string[] | undefined;
  /** Of all of them. @default none */
  readonly flags?: string | undefined;
}

/** What shows that an answer is a failure. */
export interface ErrorPattern {
  /** Its named groups `message` and `retryAfter` (seconds, or with a unit) are used when there are any. */
  readonly pattern: Pattern;
  readonly class: FailureClass;
  /** Where it is looked for. @default "any" */
  readonly in?: "answer" | "stderr" | "any" | undefined;
}

/** Where the tool says what a turn took: the last match counts, of the group `n` or the first one. */
export interface UsagePatterns {
  readonly inputTokens?: PatternExpression | MessagePath | undefined;
  readonly outputTokens?: PatternExpression | MessagePath | undefined;
  readonly costUsd?: PatternExpression | MessagePath | undefined;
  /** Whether all matches are added up. @default false */
  readonly sum?: boolean | undefined;
}

/** The terminal of a tool that wants one. See `ptyHost`. */
export interface TerminalTransport {
  readonly terminal: {
    readonly columns?: number | undefined;
    readonly rows?: number | undefined;
    readonly term?: string | undefined;
    readonly lineEditing?: boolean | undefined;
    readonly echo?: boolean | undefined;
  };
}

/** A tool as a document describes it. */
export interface ToolDefinition {
  readonly $schema?: string | undefined;
  readonly name: string;
  readonly description?: string | undefined;
  /** @default "text" */
  readonly kind?: "text" | "agent" | undefined;
  readonly command: string;
  readonly arguments?: readonly ArgumentTemplate[] | undefined;
  readonly environment?:
    | {
        readonly pass?: readonly string[] | undefined;
        readonly set?: Readonly<Record<string, string>> | undefined;
      }
    | undefined;
  /** @default "pipe" */
  readonly transport?: "pipe" | "terminal" | TerminalTransport | undefined;
  readonly framing: Framing;
  readonly ready?: Pattern | undefined;
  readonly setup?: string | readonly string[] | undefined;
  /** @default "as-is" with a sentinel, otherwise "refuse" */
  readonly multiLine?: MultiLine | undefined;
  /** @default nothing is looked for */
  readonly unfinished?: Unfinished | undefined;
  /** @default false */
  readonly echo?: boolean | undefined;
  readonly noise?: PatternExpression | undefined;
  /** @default true on a terminal, otherwise false */
  readonly plain?: boolean | undefined;
  /** @default "answer" */
  readonly stderr?: "answer" | "apart" | undefined;
  /** @default "\n" */
  readonly lineEnd?: string | undefined;
  /** @default the process is replaced */
  readonly reset?: "stateless" | { readonly send: string } | undefined;
  /** @default the process is replaced */
  readonly interrupt?: "process" | "group" | undefined;
  /** @default "end-of-input" on a pipe, a signal on a terminal */
  readonly end?: "end-of-input" | "signal" | { readonly send: string } | undefined;
  readonly errors?: readonly ErrorPattern[] | undefined;
  /** @default "{{message}}", with the files below it when they go that way */
  readonly prompt?: string | undefined;
  readonly files?: "arguments" | "prompt" | "stdin" | "none" | undefined;
  readonly edits?: PatternExpression | undefined;
  readonly usage?: UsagePatterns | undefined;
  /** @default false */
  readonly quickStart?: boolean | undefined;
  readonly version?:
    | {
        readonly arguments?: readonly string[] | undefined;
        readonly pattern?: PatternExpression | undefined;
      }
    | undefined;
  readonly install?: string | undefined;
}
