import type { Saying } from "../reply.ts";
import type { AgentModelRequest } from "../request.ts";
import {
  event,
  object,
  objects,
  parametersOf,
  textOf,
  tokens,
  tokensOf,
  type Wire,
} from "../wire.ts";

const PATH = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;
const STATES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** Gemini's generateContent, whole and as a stream: gemini-cli. */
export const geminiWire: Wire = {
  name: "gemini",
  answers: (path) => PATH.test(path),
  keyOf: (headers, url) =>
    url.searchParams.get("key") ?? headers["x-goog-api-key"]?.toString() ?? undefined,
  read(body, url) {
    const [, model = "", method] = PATH.exec(url.pathname) ?? [];
    const contents = objects(body.contents);
    const asked = contents.findLastIndex(
      ({ role, parts }) =>
        role !== "model" && objects(parts).every((part) => part.functionResponse === undefined),
    );
    return {
      model,
      stream: method === "streamGenerateContent",
      tools: objects(body.tools)
        .flatMap((tool) => objects(tool.functionDeclarations))
        .map(({ name, parametersJsonSchema, parameters }) => ({
          name: String(name),
          parameters: parametersOf(parametersJsonSchema ?? parameters),
        })),
      prompt: textOf(contents[asked]?.parts),
      outcomes: contents
        .slice(asked + 1)
        .flatMap(({ parts }) => objects(parts))
        .filter(({ functionResponse }) => functionResponse !== undefined)
        .map((part) => {
          const { id, response } = object(part.functionResponse);
          return { id: String(id ?? ""), output: JSON.stringify(response ?? "") };
        }),
    };
  },
  body: answer,
  events: (saying, request) => [event(answer(saying, request))],
  error: (status, message) => ({
    error: {
      code: status,
      message,
      status: STATES[status] ?? "UNKNOWN",
      ...(status === 401 ? { details: [invalidKey] } : {}),
    },
  }),
};

const invalidKey = {
  "@type": "type.googleapis.com/google.rpc.ErrorInfo",
  reason: "API_KEY_INVALID",
  domain: "googleapis.com",
};

function answer(saying: Saying, request: AgentModelRequest): unknown {
  const { text, calls = [] } = saying;
  const [sent, received] = [tokens(request.body), tokensOf(saying)];
  const parts = [
    ...(text ? [{ text }] : []),
    ...calls.map(({ name, input }, place) => ({
      functionCall: { id: `call_${request.index}_${place}`, name, args: input },
    })),
  ];
  return {
    candidates: [{ index: 0, content: { role: "model", parts }, finishReason: "STOP" }],
    usageMetadata: {
      promptTokenCount: sent,
      candidatesTokenCount: received,
      totalTokenCount: sent + received,
    },
    modelVersion: request.model,
  };
}
