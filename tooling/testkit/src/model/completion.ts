import type { ServerResponse } from "node:http";
import type { ModelCall } from "./call.ts";

/** Sends a whole answer, as one body or as a stream of events. */
export function sendCompletion(response: ServerResponse, call: ModelCall, text: string): void {
  if (call.stream) sendStream(response, call, text);
  else sendJson(response, 200, completion(call, text));
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

/** Promises more bytes than it sends, and breaks the connection. */
export function sendCut(response: ServerResponse, call: ModelCall, text: string): void {
  const type = call.stream ? "text/event-stream" : "application/json";
  const body = call.stream
    ? event(chunk(call, { content: text }))
    : JSON.stringify(completion(call, text));
  const length = Buffer.byteLength(body);
  response.writeHead(200, { "content-type": type, "content-length": length });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}

function sendStream(response: ServerResponse, call: ModelCall, text: string): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(event(chunk(call, { role: "assistant", content: "" })));
  for (const piece of text.match(/.{1,4096}/gsu) ?? []) {
    response.write(event(chunk(call, { content: piece })));
  }
  response.write(event({ ...chunk(call, {}, "stop"), usage: usage(call, text) }));
  response.end("data: [DONE]\n\n");
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function completion(call: ModelCall, text: string): unknown {
  return {
    id: `chatcmpl-${call.index}`,
    object: "chat.completion",
    created: Math.floor(call.receivedAt / 1000),
    model: call.model,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: usage(call, text),
  };
}

function chunk(call: ModelCall, delta: object, finish: "stop" | null = null): object {
  return {
    id: `chatcmpl-${call.index}`,
    object: "chat.completion.chunk",
    created: Math.floor(call.receivedAt / 1000),
    model: call.model,
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

function usage(call: ModelCall, text: string): object {
  const sent = call.messages.reduce((sum, { content }) => sum + tokens(content), 0);
  const received = tokens(text);
  return { prompt_tokens: sent, completion_tokens: received, total_tokens: sent + received };
}

/** Four characters a token, as a rule of thumb has it: stable, so that costs can be tested. */
function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}
