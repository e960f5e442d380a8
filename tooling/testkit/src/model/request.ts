import type { IncomingMessage } from "node:http";
import type { ChatMessage } from "./call.ts";

/** What a body of `/chat/completions` holds, as far as the stand-in model looks at it. */
export interface CompletionRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly messages: readonly ChatMessage[];
}

/**
 * Reads a request.
 * @throws {SyntaxError} when the body is not JSON
 */
export async function readCompletionRequest(request: IncomingMessage): Promise<CompletionRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  const { model, stream, messages } = (body ?? {}) as Record<string, unknown>;
  return {
    model: String(model ?? ""),
    stream: stream === true,
    messages: Array.isArray(messages) ? messages.map(chatMessage) : [],
  };
}

function chatMessage(message: { role?: unknown; content?: unknown }): ChatMessage {
  return { role: String(message.role ?? ""), content: textOf(message.content) };
}

/** A content is a text or a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: unknown }) => String(part.text ?? "")).join("");
}
