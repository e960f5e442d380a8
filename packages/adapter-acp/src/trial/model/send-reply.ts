import type { ServerResponse } from "node:http";
import type { AgentModelReply, Saying } from "./reply.ts";
import type { AgentModelRequest } from "./request.ts";
import type { Wire } from "./wire.ts";

const MESSAGES: Readonly<Record<number, string>> = {
  401: "Incorrect API key provided.",
  429: "Rate limit reached for requests.",
  500: "The server had an error while processing your request.",
};
/** Longer than any half of an answer. */
const PROMISED_BYTES = 1_000_000;

/** Sends one reply in the shape of a wire. */
export function sendReply(
  response: ServerResponse,
  wire: Wire,
  request: AgentModelRequest,
  reply: AgentModelReply,
): void {
  if (reply.kind === "say") sendWhole(response, wire, request, reply);
  if (reply.kind === "status") {
    const { status, retryAfter, message = MESSAGES[status] ?? "Something went wrong." } = reply;
    const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
    sendJson(response, status, wire.error(status, message), headers);
  }
  if (reply.kind === "cut") {
    const text = reply.text ?? "This is cut off.";
    sendHalf(response, wire, request, text, () => response.destroy());
  }
  if (reply.kind === "hang" && reply.after !== undefined) {
    sendHalf(response, wire, request, reply.after);
  }
}

function sendWhole(
  response: ServerResponse,
  wire: Wire,
  request: AgentModelRequest,
  saying: Saying,
): void {
  if (!request.stream) {
    sendJson(response, 200, wire.body(saying, request));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of wire.events(saying, request)) response.write(event);
  response.end();
}

/** Sends a body of JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** Promises more than it sends. */
function sendHalf(
  response: ServerResponse,
  wire: Wire,
  request: AgentModelRequest,
  text: string,
  sent?: () => void,
): void {
  const type = request.stream ? "text/event-stream" : "application/json";
  const whole = request.stream
    ? wire.events({ text }, request).join("")
    : JSON.stringify(wire.body({ text }, request));
  response.writeHead(200, { "content-type": type, "content-length": PROMISED_BYTES });
  response.write(whole.slice(0, Math.floor(whole.length / 2)), sent);
}
