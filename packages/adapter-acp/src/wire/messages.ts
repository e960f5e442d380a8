import { record } from "../proof/usage.ts";

type Message = Readonly<Record<string, unknown>>;

/** A line of an agent as the message it is. */
export type Incoming =
  /** The answer to a request of ours. */
  | { readonly kind: "answer"; readonly id: unknown; readonly message: Message }
  | { readonly kind: "update"; readonly session: string; readonly update: Message }
  /** A request or a notification. */
  | { readonly kind: "call"; readonly message: Message };

/** @throws {SyntaxError} when a line is no JSON. */
export function parseIncoming(line: string): Incoming | null {
  const message: unknown = JSON.parse(line);
  if (typeof message !== "object" || message === null || Array.isArray(message)) return null;
  const values = message as Message;
  if (values.method === undefined) return { kind: "answer", id: values.id, message: values };
  if (values.method !== "session/update") return { kind: "call", message: values };
  const { sessionId, update } = record(values.params);
  if (typeof sessionId !== "string") return null;
  return { kind: "update", session: sessionId, update: record(update) };
}
