import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AgentModelReply, AgentModelScript } from "./reply.ts";
import type { AgentModelRequest } from "./request.ts";
import { sendJson, sendReply } from "./send-reply.ts";
import { type Json, object, type Wire } from "./wire.ts";
import { chatWire } from "./wires/chat.ts";
import { geminiWire } from "./wires/gemini.ts";
import { messagesWire } from "./wires/messages.ts";
import { responsesWire } from "./wires/responses.ts";

const WIRES: readonly Wire[] = [chatWire, responsesWire, geminiWire, messagesWire];

/** What to start a scripted model with. */
export interface AgentModelOptions {
  /** @default a short text */
  readonly script?: AgentModelScript;
  /** The only key that it accepts. @default "agent-model-key" */
  readonly apiKey?: string;
}

/** A running server on loopback that stands in for the model of a coding agent, whatever its wire. */
export interface AgentModel extends AsyncDisposable {
  /** Without a path, such as `http://127.0.0.1:4000`; the OpenAI wires are below `/v1`. */
  readonly url: string;
  readonly apiKey: string;
  /** All requests for an answer, in the order in which they came. */
  readonly requests: readonly AgentModelRequest[];
  /** Everything else that was asked of it: method and path. */
  readonly others: readonly string[];
  /** Requests that have no whole answer yet. */
  readonly inFlight: number;
  /** Changes how requests are answered from now on. */
  setScript(script: AgentModelScript): void;
  /** Forgets the requests. Their numbers go on. */
  clear(): void;
  /** Breaks all connections and stops listening. Calling it again does nothing. */
  close(): Promise<void>;
}

/** Starts a scripted model. */
export async function startAgentModel(options: AgentModelOptions = {}): Promise<AgentModel> {
  const { apiKey = "agent-model-key" } = options;
  let script = options.script ?? ((): AgentModelReply => ({ kind: "say", text: "Well." }));
  let requests: AgentModelRequest[] = [];
  let others: string[] = [];
  let count = 0;
  let inFlight = 0;

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? "/", "http://127.0.0.1");
    const wire = WIRES.find((one) => message.method === "POST" && one.answers(url.pathname));
    if (wire === undefined) {
      others.push(`${message.method} ${url.pathname}`);
      message.resume();
      return sendJson(response, 404, { error: { message: `Unknown: ${url.pathname}` } });
    }
    inFlight++;
    response.once("close", () => inFlight--);
    const body = await textFrom(message);
    const request: AgentModelRequest = {
      ...wire.read(object(JSON.parse(body) as Json), url),
      index: count++,
      receivedAt: Date.now(),
      wire: wire.name,
      authorized: wire.keyOf(message.headers, url) === apiKey,
      body,
    };
    requests.push(request);
    const reply: AgentModelReply = request.authorized
      ? await script(request)
      : { kind: "status", status: 401 };
    if (!response.destroyed) sendReply(response, wire, request, reply);
  }

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    get requests() {
      return requests;
    },
    get others() {
      return others;
    },
    get inFlight() {
      return inFlight;
    },
    setScript: (next) => {
      script = next;
    },
    clear: () => {
      requests = [];
      others = [];
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function textFrom(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
