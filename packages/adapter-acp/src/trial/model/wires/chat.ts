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
import { openAiError } from "./openai-error.ts";

/** OpenAI's chat completions, with tools: opencode, qwen, copilot. */
export const chatWire: Wire = {
  name: "chat",
  answers: (path) => path.endsWith("/chat/completions"),
  keyOf: ({ authorization }) => authorization?.replace(/^Bearer /, ""),
  read(body) {
    const messages = objects(body.messages);
    const asked = messages.findLastIndex(({ role }) => role === "user");
    return {
      model: String(body.model ?? ""),
      stream: body.stream === true,
      tools: objects(body.tools).map((tool) => {
        const { name, parameters } = object(tool.function);
        return { name: String(name), parameters: parametersOf(parameters) };
      }),
      prompt: textOf(messages[asked]?.content),
      outcomes: messages
        .slice(asked + 1)
        .filter(({ role }) => role === "tool")
        .map(({ tool_call_id: id, content }) => ({ id: String(id), output: textOf(content) })),
    };
  },
  body: (saying, request) => ({
    ...head(request, "chat.completion"),
    choices: [{ index: 0, message: message(saying, request), finish_reason: finish(saying) }],
    usage: usage(saying, request),
  }),
  events(saying, request) {
    const chunk = (delta: object, end: string | null = null): string =>
      event({
        ...head(request, "chat.completion.chunk"),
        choices: [{ index: 0, delta, finish_reason: end }],
        ...(end === null ? {} : { usage: usage(saying, request) }),
      });
    return [
      chunk({ role: "assistant", content: "" }),
      ...(saying.text ? [chunk({ content: saying.text })] : []),
      ...calls(saying, request).map((call, index) => chunk({ tool_calls: [{ index, ...call }] })),
      chunk({}, finish(saying)),
      event("[DONE]"),
    ];
  },
  error: openAiError,
};

function head({ index, receivedAt, model }: AgentModelRequest, kind: string): object {
  return { id: `chatcmpl-${index}`, object: kind, created: Math.floor(receivedAt / 1000), model };
}

function finish({ calls = [] }: Saying): string {
  return calls.length > 0 ? "tool_calls" : "stop";
}

function message(saying: Saying, request: AgentModelRequest): object {
  const wanted = calls(saying, request);
  return {
    role: "assistant",
    content: saying.text ?? null,
    ...(wanted.length > 0 ? { tool_calls: wanted } : {}),
  };
}

function calls({ calls: wanted = [] }: Saying, { index }: AgentModelRequest): readonly object[] {
  return wanted.map(({ name, input }, place) => ({
    id: `call_${index}_${place}`,
    type: "function",
    function: { name, arguments: typeof input === "string" ? input : JSON.stringify(input) },
  }));
}

function usage(saying: Saying, { body }: AgentModelRequest): object {
  const [sent, received] = [tokens(body), tokensOf(saying)];
  return { prompt_tokens: sent, completion_tokens: received, total_tokens: sent + received };
}
