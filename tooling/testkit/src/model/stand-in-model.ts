import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type AiderSettings, writeAiderSettings } from "./aider-settings.ts";
import { answer } from "./answer.ts";
import type { ModelAnswer } from "./answer-log.ts";
import type { Behaviour } from "./behaviour.ts";
import type { ModelCall } from "./call.ts";
import { filesInChat, readOnlyFilesInChat } from "./chat-files.ts";
import { sendJson } from "./completion.ts";
import { asksForCommitMessage, editFormatOf } from "./edit-format.ts";
import { sendError } from "./error-reply.ts";
import { type CompletionRequest, readCompletionRequest } from "./request.ts";

/** What to start a stand-in model with. */
export interface StandInModelOptions {
  /** How long an answer takes, in milliseconds, or a function of the call. @default 0 */
  readonly latencyMs?: number | ((call: ModelCall) => number);
  /** @default { kind: "edit" } */
  readonly behaviour?: Behaviour;
  /** The only key that it accepts. @default "stand-in-key" */
  readonly apiKey?: string;
  /** @default one that the system chooses */
  readonly port?: number;
}

/** A running server on loopback that speaks the OpenAI chat API and stands in for a model. */
export interface StandInModel extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4000/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** As aider names it, `openai/` included. */
  readonly model: string;
  readonly weakModel: string;
  /** All calls in the order in which they came. */
  readonly calls: readonly ModelCall[];
  /** What the calls got, in the order in which they were over. A refused key is no call of a model. */
  readonly answers: readonly ModelAnswer[];
  /** The most calls that were in flight at once. */
  readonly maxConcurrent: number;
  /** Calls that have no answer yet. */
  readonly inFlight: number;
  /** Changes how calls are answered from now on. */
  setBehaviour(behaviour: Behaviour): void;
  /** Forgets calls, answers and the highest concurrency. */
  clearCalls(): void;
  /** Writes the two files that make aider know both models. */
  writeAiderSettings(folder: string, options?: { editFormat?: string }): Promise<AiderSettings>;
  /** Breaks all connections and stops listening. Calling it again does nothing. */
  close(): Promise<void>;
}

const MODEL = "stand-in";
const WEAK_MODEL = "stand-in-weak";

/** Starts a stand-in model. */
export async function startStandInModel(options: StandInModelOptions = {}): Promise<StandInModel> {
  const { latencyMs = 0, apiKey = "stand-in-key", port = 0 } = options;
  let behaviour = options.behaviour ?? { kind: "edit" };
  let calls: ModelCall[] = [];
  let answers: ModelAnswer[] = [];
  let count = 0;
  let inFlight = 0;
  let maxConcurrent = 0;

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const authorized = request.headers.authorization === `Bearer ${apiKey}`;
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    if (request.method === "POST" && path === "/v1/chat/completions") {
      return complete(await readCompletionRequest(request), response, authorized);
    }
    if (!authorized) return sendError(response, { kind: "status", status: 401 });
    if (path === "/v1/models") return sendJson(response, 200, modelList());
    if (path === "/v1/stats") return sendJson(response, 200, stats());
    sendError(response, { kind: "status", status: 404, message: `Unknown request URL: ${path}` });
  }

  async function complete(
    request: CompletionRequest,
    response: ServerResponse,
    authorized: boolean,
  ): Promise<void> {
    inFlight++;
    maxConcurrent = Math.max(maxConcurrent, inFlight);
    const gone = new AbortController();
    response.once("close", () => {
      inFlight--;
      gone.abort();
    });
    const call = understand(request, authorized);
    calls.push(call);
    if (!authorized) return sendError(response, { kind: "status", status: 401 });
    const wait = typeof latencyMs === "number" ? latencyMs : latencyMs(call);
    if (wait > 0) await delay(wait, undefined, { signal: gone.signal });
    const reply = typeof behaviour === "function" ? await behaviour(call) : behaviour;
    const sent = await answer(response, call, reply, gone.signal);
    if (!response.closed) await once(response, "close");
    answers.push({ call, ...sent, whole: sent.text !== null && response.writableFinished });
  }

  function understand(request: CompletionRequest, authorized: boolean): ModelCall {
    const { messages } = request;
    return {
      ...request,
      index: count++,
      receivedAt: Date.now(),
      concurrency: inFlight,
      authorized,
      isCommitMessage: asksForCommitMessage(messages),
      editFormat: editFormatOf(messages),
      files: filesInChat(messages),
      readOnlyFiles: readOnlyFilesInChat(messages),
      instruction: messages.findLast(({ role }) => role === "user")?.content ?? "",
    };
  }

  function stats(): object {
    const commitMessages = calls.filter((call) => call.isCommitMessage).length;
    return { calls: calls.length, commitMessages, maxConcurrent, inFlight };
  }

  async function close(): Promise<void> {
    if (!server.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const names = { model: `openai/${MODEL}`, weakModel: `openai/${WEAK_MODEL}` };

  return {
    ...names,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey,
    get calls() {
      return calls;
    },
    get answers() {
      return answers;
    },
    get maxConcurrent() {
      return maxConcurrent;
    },
    get inFlight() {
      return inFlight;
    },
    setBehaviour: (next) => {
      behaviour = next;
    },
    clearCalls: () => {
      calls = [];
      answers = [];
      maxConcurrent = inFlight;
    },
    writeAiderSettings: (folder, settings) => writeAiderSettings(folder, { ...names, ...settings }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function modelList(): object {
  const data = [MODEL, WEAK_MODEL].map((id) => ({ id, object: "model", owned_by: "testkit" }));
  return { object: "list", data };
}
