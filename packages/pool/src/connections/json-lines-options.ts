import type { Answer } from "../contract/question.ts";
import type { FramingTrace } from "../framing/framing-trace.ts";
import { refuseUnknown } from "../pool/option-checks.ts";
import type { JsonLinesMessage } from "./json-lines-format.ts";

/** How a tool's lines look. Every part has a default; see `jsonLinesProtocol`. */
export interface JsonLinesOptions<Request, Result> {
  /** The line for a request. @default `{"id", "request"}` */
  readonly encode?: (id: number, request: Request) => unknown;
  /** What a line from the tool means. @default the form that `jsonLinesProtocol` describes */
  readonly decode?: (line: unknown) => JsonLinesMessage;
  /** The result a caller gets. @default the message's `result` as it is */
  readonly toResult?: (result: unknown) => Result;
  /** Whether the tool says when it is ready. @default true */
  readonly announcesReady?: boolean;
  /** The line that cancels a request, which the tool then answers at once, however. Absent: it cannot. */
  readonly cancel?: (id: number) => unknown;
  /** The line that makes it forget all context, answered under `id`. Absent: it cannot. */
  readonly reset?: (id: number) => unknown;
  /** The line that asks for a sign of life, answered under `id`. Absent: it cannot. */
  readonly ping?: (id: number) => unknown;
  /** The line that answers a question. @default `{"id", "token", "answer"}` */
  readonly answer?: (id: number, token: unknown, answer: Answer) => unknown;
  /** Bytes of one line. @default 64 MiB */
  readonly maxLineBytes?: number;
  /** Whether lines that are no JSON, such as a banner, are passed over. @default false: they are an error */
  readonly skipsOtherLines?: boolean;
  /** Is told what becomes of each line, for people who describe a tool. */
  readonly trace?: FramingTrace;
}

const NAMES: Readonly<Record<keyof JsonLinesOptions<never, never>, true>> = {
  encode: true,
  decode: true,
  toResult: true,
  announcesReady: true,
  cancel: true,
  reset: true,
  ping: true,
  answer: true,
  maxLineBytes: true,
  skipsOtherLines: true,
  trace: true,
};

/** @throws {PoolError} OPTION_INVALID */
export function checkJsonLines(options: object): void {
  refuseUnknown("jsonLinesProtocol", options, NAMES);
}
