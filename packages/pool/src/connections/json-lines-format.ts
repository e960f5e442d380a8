import { FAILURE_CLASSES, type FailureClass } from "../contract/agent.ts";
import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { Answer, Question } from "../contract/question.ts";

/** What one line from the tool means. */
export type JsonLinesMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | {
      readonly kind: "error";
      readonly id: number;
      readonly failureClass: FailureClass;
      readonly message: string;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: "event"; readonly id: number; readonly event: ConnectionEvent }
  | {
      readonly kind: "question";
      readonly id: number;
      readonly question: Question;
      readonly token: unknown;
    }
  | { readonly kind: "ignored" };

/** The line for a request, unless a tool wants another one. */
export function encodeRequest(id: number, request: unknown): unknown {
  return { id, request };
}

/** The line that answers a question, unless a tool wants another one. */
export function encodeAnswer(id: number, token: unknown, answer: Answer): unknown {
  return { id, token, answer };
}

/** What a line means, unless a tool speaks otherwise. What it does not know, it ignores. */
export function decodeLine(line: unknown): JsonLinesMessage {
  const message = line as {
    readonly ready?: unknown;
    readonly id?: unknown;
    readonly result?: unknown;
    readonly error?: unknown;
    readonly event?: ConnectionEvent | null;
    readonly question?: Question | null;
    readonly token?: unknown;
  } | null;
  if (message === null || typeof message !== "object") return { kind: "ignored" };
  const { id } = message;
  if (typeof id !== "number") {
    return message.ready === true ? { kind: "ready" } : { kind: "ignored" };
  }
  if (message.event != null) return { kind: "event", id, event: message.event };
  if (message.question != null) {
    return { kind: "question", id, question: message.question, token: message.token };
  }
  if (message.error != null) return decodeError(id, message.error);
  // An id alone ends nothing: it may be a kind of message that is not known here.
  return "result" in message ? { kind: "result", id, result: message.result } : { kind: "ignored" };
}

function decodeError(id: number, error: unknown): JsonLinesMessage {
  const {
    class: failureClass,
    message,
    retryAfterMs,
  } = (typeof error === "string" ? { message: error } : error) as Readonly<Record<string, unknown>>;
  return {
    kind: "error",
    id,
    failureClass: FAILURE_CLASSES.find((known) => known === failureClass) ?? "refused",
    message:
      typeof message === "string" ? message : "The tool reported a failure without a message.",
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
  };
}
