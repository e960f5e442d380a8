import type { Saying } from "../reply.ts";
import type { AgentModelRequest } from "../request.ts";
import { event, objects, parametersOf, textOf, tokens, tokensOf, type Wire } from "../wire.ts";

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** Anthropic's messages: claude. */
export const messagesWire: Wire = {
  name: "messages",
  answers: (path) => path.endsWith("/v1/messages"),
  keyOf: (headers) =>
    headers["x-api-key"]?.toString() ?? headers.authorization?.replace(/^Bearer /, ""),
  read(body) {
    const messages = objects(body.messages);
    const isOutcome = ({ type }: { type?: unknown }): boolean => type === "tool_result";
    const asked = messages.findLastIndex(
      ({ role, content }) => role === "user" && !objects(content).some(isOutcome),
    );
    return {
      model: String(body.model ?? ""),
      stream: body.stream === true,
      tools: objects(body.tools).map(({ name, input_schema }) => ({
        name: String(name),
        parameters: parametersOf(input_schema),
      })),
      prompt: textOf(messages[asked]?.content),
      outcomes: messages
        .slice(asked + 1)
        .flatMap(({ content }) => objects(content))
        .filter(isOutcome)
        .map(({ tool_use_id: id, content }) => ({ id: String(id), output: textOf(content) })),
    };
  },
  body: (saying, request) => ({
    ...head(saying, request),
    content: blocks(saying, request).map(({ block }) => block),
    stop_reason: stop(saying),
  }),
  events(saying, request) {
    const named = (type: string, data: object): string => event({ type, ...data }, type);
    return [
      named("message_start", { message: { ...head(saying, request), content: [] } }),
      ...blocks(saying, request).flatMap(({ block, empty, delta }, index) => [
        named("content_block_start", { index, content_block: { ...block, ...empty } }),
        named("content_block_delta", { index, delta }),
        named("content_block_stop", { index }),
      ]),
      named("message_delta", {
        delta: { stop_reason: stop(saying), stop_sequence: null },
        usage: { output_tokens: tokensOf(saying) },
      }),
      named("message_stop", {}),
    ];
  },
  error: (status, message) => ({
    type: "error",
    error: { type: TYPES[status] ?? "api_error", message },
  }),
};

function head(saying: Saying, { index, model, body }: AgentModelRequest): object {
  return {
    id: `msg_${index}`,
    type: "message",
    role: "assistant",
    model,
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: tokens(body), output_tokens: tokensOf(saying) },
  };
}

function stop({ calls = [] }: Saying): string {
  return calls.length > 0 ? "tool_use" : "end_turn";
}

interface Block {
  readonly block: object;
  /** What is not there yet when the block begins. */
  readonly empty: object;
  readonly delta: object;
}

function blocks({ text, calls = [] }: Saying, { index }: AgentModelRequest): readonly Block[] {
  const said = {
    block: { type: "text", text },
    empty: { text: "" },
    delta: { type: "text_delta", text },
  };
  return [
    ...(text ? [said] : []),
    ...calls.map(({ name, input }, place) => ({
      block: { type: "tool_use", id: `toolu_${index}_${place}`, name, input },
      empty: { input: {} },
      delta: { type: "input_json_delta", partial_json: JSON.stringify(input) },
    })),
  ];
}
