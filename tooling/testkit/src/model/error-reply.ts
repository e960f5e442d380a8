import type { ServerResponse } from "node:http";
import type { ModelReply } from "./behaviour.ts";
import { sendJson } from "./completion.ts";

type StatusReply = Extract<ModelReply, { kind: "status" }>;

const KNOWN: Readonly<Record<number, readonly [type: string, code: string | null, text: string]>> =
  {
    400: [
      "invalid_request_error",
      "context_length_exceeded",
      "This model's maximum context length is 128000 tokens.",
    ],
    401: ["invalid_request_error", "invalid_api_key", "Incorrect API key provided."],
    402: ["insufficient_quota", "insufficient_quota", "You exceeded your current quota."],
    404: ["invalid_request_error", "model_not_found", "The model does not exist."],
    429: ["requests", "rate_limit_exceeded", "Rate limit reached for requests."],
    500: ["server_error", null, "The server had an error while processing your request."],
    503: ["server_error", null, "The engine is currently overloaded."],
  };

/** Sends an error in the shape of the OpenAI API. */
export function sendError(response: ServerResponse, reply: StatusReply): void {
  const [type, code, text] = KNOWN[reply.status] ?? ["server_error", null, "Something went wrong."];
  const error = {
    message: reply.message ?? text,
    type,
    param: null,
    code: reply.code ?? code,
  };
  const headers = reply.retryAfter === undefined ? {} : { "retry-after": String(reply.retryAfter) };
  sendJson(response, reply.status, { error }, headers);
}
