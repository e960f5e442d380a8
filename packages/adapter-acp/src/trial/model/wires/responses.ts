import type { Saying } from "../reply.ts";
import type { AgentModelRequest } from "../request.ts";
import { event, objects, parametersOf, textOf, tokens, tokensOf, type Wire } from "../wire.ts";
import { openAiError } from "./openai-error.ts";

/** OpenAI's responses: codex. */
export const responsesWire: Wire = {
  name: "responses",
  answers: (path) => path.endsWith("/responses"),
  keyOf: ({ authorization }) => authorization?.replace(/^Bearer /, ""),
  read(body) {
    const input = objects(body.input);
    const asked = input.findLastIndex(({ role }) => role === "user");
    return {
      model: String(body.model ?? ""),
      stream: body.stream === true,
      tools: objects(body.tools).map(({ type, name, parameters }) => ({
        name: String(name ?? type),
        parameters: type === "custom" ? null : parametersOf(parameters),
      })),
      prompt: textOf(input[asked]?.content),
      outcomes: input
        .slice(asked + 1)
        .filter(({ type }) => String(type).endsWith("_call_output"))
        .map(({ call_id: id, output }) => ({ id: String(id), output: outputOf(output) })),
    };
  },
  body: (saying, request) => response(saying, request, "completed"),
  events(saying, request) {
    const items = itemsOf(saying, request);
    const named = (type: string, data: object): string => event({ type, ...data }, type);
    return [
      named("response.created", { response: response({}, request, "in_progress") }),
      ...items.flatMap((item, index) => [
        named("response.output_item.added", { output_index: index, item }),
        ...(item.type === "message"
          ? [
              named("response.output_text.delta", {
                item_id: item.id,
                output_index: index,
                content_index: 0,
                delta: saying.text,
              }),
            ]
          : []),
        named("response.output_item.done", { output_index: index, item }),
      ]),
      named("response.completed", { response: response(saying, request, "completed") }),
    ];
  },
  error: openAiError,
};

interface Item {
  readonly type: string;
  readonly id: string;
}

function itemsOf({ text, calls = [] }: Saying, { index }: AgentModelRequest): readonly Item[] {
  const message = {
    type: "message",
    id: `msg_${index}`,
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text, annotations: [] }],
  };
  return [
    ...(text ? [message] : []),
    ...calls.map(({ name, input }, place) => ({
      id: `item_${index}_${place}`,
      call_id: `call_${index}_${place}`,
      status: "completed",
      name,
      ...(typeof input === "string"
        ? { type: "custom_tool_call", input }
        : { type: "function_call", arguments: JSON.stringify(input) }),
    })),
  ];
}

function response(saying: Saying, request: AgentModelRequest, status: string): object {
  const [sent, received] = [tokens(request.body), tokensOf(saying)];
  return {
    id: `resp_${request.index}`,
    object: "response",
    created_at: Math.floor(request.receivedAt / 1000),
    model: request.model,
    status,
    output: itemsOf(saying, request),
    usage:
      status === "completed"
        ? {
            input_tokens: sent,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: received,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: sent + received,
          }
        : null,
  };
}

function outputOf(output: unknown): string {
  return typeof output === "string" || Array.isArray(output)
    ? textOf(output)
    : JSON.stringify(output ?? "");
}
